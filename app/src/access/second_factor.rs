use super::api;
use crate::components::{
    Badge, CommandForm, Fact, Facts, Loaded, Moment, PageHead, Panel, Submit, TextField, Tone, load,
};
use crate::i18n::t;
use crate::text;
use domain::staff::{Picture, SecondFactor};
use leptos::prelude::*;

/// One's own second factor: set it up, confirm it, replace it.
#[component]
pub fn SecondFactorPage() -> impl IntoView {
    let standing = load(|| (), |()| api::standing());
    view! {
        <PageHead title=t(text::ACCESS_SECOND_FACTOR) lead=t(text::ACCESS_SECOND_FACTOR_LEAD) />
        <Loaded from=standing show=show />
    }
}

fn show(standing: SecondFactor) -> impl IntoView {
    match standing {
        SecondFactor::Missing => view! { <Enrol replaces=false /> }.into_any(),
        SecondFactor::ToConfirm { secret, address, picture } => {
            view! { <Confirm secret address picture /> }.into_any()
        }
        SecondFactor::Confirmed { since } => view! {
            <Panel title=t(text::ACCESS_SECOND_FACTOR)>
                <Facts>
                    <Fact term=t(text::ACCESS_IN_USE)>
                        <Badge tone=Tone::Good>{t(text::ACCESS_CONFIRMED)}</Badge>
                        " "
                        <Moment at=since />
                    </Fact>
                </Facts>
            </Panel>
            <Enrol replaces=true />
        }
        .into_any(),
    }
}

#[component]
fn Enrol(replaces: bool) -> impl IntoView {
    let action = ServerAction::<api::Enrol>::new();
    let title = if replaces { text::ACCESS_REPLACE } else { text::ACCESS_SET_UP };
    let code = replaces.then(|| {
        view! { <TextField name="request[code]" label=t(text::ACCESS_OLD_CODE) /> }
    });
    view! {
        <Panel title=t(title)>
            <CommandForm action>
                <div class="field">
                    <label for="request[password]">{t(text::ACCESS_PASSWORD)}</label>
                    <input
                        type="password"
                        id="request[password]"
                        name="request[password]"
                        autocomplete="current-password"
                        required=true
                    />
                </div>
                {code}
                <Submit>{t(title)}</Submit>
            </CommandForm>
        </Panel>
    }
}

#[component]
fn Confirm(secret: String, address: String, picture: Picture) -> impl IntoView {
    let action = ServerAction::<api::Confirm>::new();
    let parts: Vec<String> =
        secret.as_bytes().chunks(4).map(|part| String::from_utf8_lossy(part).into()).collect();
    view! {
        <Panel title=t(text::ACCESS_CONFIRM)>
            <p class="field-hint">{t(text::ACCESS_CONFIRM_HINT)}</p>
            {drawn(&picture)}
            <Facts>
                <Fact term=t(text::ACCESS_SECRET)><code>{parts.join(" ")}</code></Fact>
                <Fact term=t(text::ACCESS_APP)>
                    <a class="link" href=address rel="noreferrer">{t(text::ACCESS_OPEN_APP)}</a>
                </Fact>
            </Facts>
            <CommandForm action>
                <TextField name="code" label=t(text::ACCESS_FIRST_CODE) />
                <Submit>{t(text::ACCESS_CONFIRM)}</Submit>
            </CommandForm>
        </Panel>
    }
}

/// Fields of white around a QR code, so that telephones find it on a dark screen too.
const QUIET: usize = 4;

/// A QR code, black on white whatever the colours of the page are.
fn drawn(picture: &Picture) -> impl IntoView + use<> {
    let whole = picture.width + 2 * QUIET;
    let dark = picture.dark.iter().enumerate().filter(|(_, dark)| **dark).map(|(place, _)| place);
    let fields = dark.map(|place| {
        let (row, column) = (place / picture.width + QUIET, place % picture.width + QUIET);
        format!("M{column} {row}h1v1h-1z")
    });
    let path: String = fields.collect();
    view! {
        <svg
            class="qr-code"
            viewBox=format!("0 0 {whole} {whole}")
            width="200"
            height="200"
            role="img"
            aria-label=t(text::ACCESS_QR_CODE)
            shape-rendering="crispEdges"
        >
            <rect width=whole.to_string() height=whole.to_string() fill="#fff" />
            <path d=path fill="#000" />
        </svg>
    }
}
