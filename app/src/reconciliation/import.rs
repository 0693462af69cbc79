use super::api::{self, Parties};
use super::file_kind_name;
use super::start::{account, codes};
use crate::components::{
    Choice, CommandForm, DateField, Loaded, PageHead, Panel, SelectField, Submit, load,
};
use crate::i18n::t;
use crate::{routes, text};
use domain::source_file::FileKind;
use leptos::prelude::*;

/// The two ways a file comes in: uploaded by a person, or fetched from the channel or bank.
#[component]
pub fn ImportFile() -> impl IntoView {
    let parties = load(|| (), |()| api::find_parties());
    view! {
        <PageHead title=t(text::RECONCILIATION_IMPORT) lead=t(text::RECONCILIATION_IMPORT_LEAD) />
        <Loaded from=parties show=|parties: Parties| view! {
            {upload(&parties)}
            <Fetch parties />
        } />
    }
}

/// Sent whole, as browsers send files; the server answers with a page of its own.
fn upload(parties: &Parties) -> impl IntoView + use<> {
    let kind = |kind: &FileKind| Choice::new(kind.name(), file_kind_name(*kind));
    let kinds: Vec<_> = FileKind::ALL.iter().map(kind).collect();
    let merchants = parties.merchants.iter().map(|(id, name)| Choice::new(id, name)).collect();
    let channels = codes(&parties.channels);
    let none = t(text::RECONCILIATION_NOT_NEEDED);
    let formats = codes(&parties.formats);
    let format = (!formats.is_empty()).then(|| {
        view! {
            <SelectField name="format" label=t(text::RECONCILIATION_FORMAT) choices=formats
                none=t(text::RECONCILIATION_BUILT_IN) />
        }
    });
    view! {
        <Panel title=t(text::RECONCILIATION_UPLOAD)>
            <form
                class="command"
                method="post"
                enctype="multipart/form-data"
                action=routes::UPLOAD_FILE
            >
                <p class="field-hint">{t(text::RECONCILIATION_UPLOAD_HINT)}</p>
                <SelectField name="kind" label=t(text::RECONCILIATION_KIND) choices=kinds />
                <SelectField name="channel" label=t(text::RECONCILIATION_CHANNEL) choices=channels
                    none />
                <SelectField name="merchant" label=t(text::RECONCILIATION_MERCHANT)
                    choices=merchants none />
                {format}
                <DateField name="day" label=t(text::RECONCILIATION_DAY_IF_UNSAID) optional=true />
                <div class="field">
                    <label for="file">{t(text::RECONCILIATION_FILE)}</label>
                    <input type="file" id="file" name="file" required=true />
                </div>
                <button class="button button-main" type="submit">
                    {t(text::RECONCILIATION_UPLOAD)}
                </button>
            </form>
        </Panel>
    }
}

#[component]
fn Fetch(parties: Parties) -> impl IntoView {
    let action = ServerAction::<api::Fetch>::new();
    let kind = |kind: FileKind| Choice::new(kind.name(), file_kind_name(kind));
    let kinds = vec![kind(FileKind::Bill), kind(FileKind::Statement)];
    let none = t(text::RECONCILIATION_NOT_NEEDED);
    view! {
        <Panel title=t(text::RECONCILIATION_FETCH)>
            <CommandForm action>
                <p class="field-hint">{t(text::RECONCILIATION_FETCH_HINT)}</p>
                <SelectField
                    name="request[kind]"
                    label=t(text::RECONCILIATION_KIND)
                    choices=kinds
                />
                <SelectField name="request[channel]" label=t(text::RECONCILIATION_CHANNEL)
                    choices=codes(&parties.channels) none />
                {account(&parties)}
                <DateField name="request[day]" label=t(text::RECONCILIATION_DAY) />
                <Submit>{t(text::RECONCILIATION_FETCH)}</Submit>
            </CommandForm>
        </Panel>
    }
}
