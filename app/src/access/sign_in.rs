use crate::i18n::t;
use crate::shell::Preferences;
use crate::text;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The sign-in page. A plain form: the answer sets the cookie and leads on.
#[component]
pub fn SignIn() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let to = query.get("to").unwrap_or_default();
    let refused = query.get("refused").map(|reason| {
        let reason = match reason.as_str() {
            "locked" => text::ACCESS_LOCKED,
            "wrong" => text::ACCESS_WRONG,
            _ => text::ACCESS_NOT_NOW,
        };
        view! { <p class="form-refused" role="alert">{t(reason)}</p> }
    });
    view! {
        <Title text=t(text::ACCESS_SIGN_IN) />
        <div class="sign-in">
            <p class="brand">
                <span class="brand-mark" aria-hidden="true"></span>
                {t(text::SHELL_NAME)}
            </p>
            <h1>{t(text::ACCESS_SIGN_IN)}</h1>
            {refused}
            <form method="post" action="/sign-in">
                <input type="hidden" name="to" value=to />
                <div class="field">
                    <label for="login">{t(text::ACCESS_LOGIN)}</label>
                    <input
                        type="text"
                        id="login"
                        name="login"
                        autocomplete="username"
                        autocapitalize="none"
                        required=true
                    />
                </div>
                <div class="field">
                    <label for="password">{t(text::ACCESS_PASSWORD)}</label>
                    <input
                        type="password"
                        id="password"
                        name="password"
                        autocomplete="current-password"
                        required=true
                    />
                </div>
                <button class="button button-main" type="submit">{t(text::ACCESS_SIGN_IN)}</button>
            </form>
            <Preferences />
        </div>
    }
}
