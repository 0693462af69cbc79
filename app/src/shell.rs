//! What is around every screen: the document, the header, the menu.

use crate::components::{Failed, Loaded, PageHead, load};
use crate::failure::Failure;
use crate::i18n::{Language, language, t, tf};
use crate::menu::Menu;
use crate::phrases::phrase;
use crate::trading_day::api::{Today, find_today};
use crate::{routes, session, text};
use domain::access::Actor;
use leptos::prelude::*;

/// Fetches the program beside its glue, not after it, and wakes up the islands from the outside in.
const WAKE: &str = include_str!("wake.js");

/// Asks for the page again while a part of it says that it is moving, and puts in what became of it.
const FOLLOW: &str = include_str!("follow.js");

/// The HTML document around the application.
pub fn document() -> impl IntoView {
    let around = session::surroundings();
    let theme = Some(around.theme.clone()).filter(|theme| !theme.is_empty());
    // Outside of islands the browser only shows what the server wrote.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    view! {
        <!DOCTYPE html>
        <html lang=language().tag() data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href="/pkg/countinghouse.css" />
                <link rel="modulepreload" href="/pkg/countinghouse.js" />
                <script type="module" nonce=leptos::nonce::use_nonce()>
                    {WAKE}
                </script>
                <script type="module" nonce=leptos::nonce::use_nonce()>
                    {FOLLOW}
                </script>
                <leptos_meta::MetaTags />
            </head>
            <body>
                <crate::App />
            </body>
        </html>
    }
}

/// The header and the menu around a screen; for whoever is not signed in, the screen alone.
#[component]
pub fn Shell(
    /// The screens.
    children: Children,
) -> impl IntoView {
    match session::actor() {
        Some(actor) => view! {
            <a class="skip" href="#content">{t(text::SHELL_SKIP)}</a>
            <div class="frame">
                <Header actor />
                <Menu />
                <main id="content" tabindex="-1">
                    <Refusal />
                    {children()}
                </main>
            </div>
        }
        .into_any(),
        None => view! { <main id="content" class="alone">{children()}</main> }.into_any(),
    }
}

#[component]
fn Header(actor: Actor) -> impl IntoView {
    let today = load(|| (), |()| find_today());
    let roles = actor.roles.iter().map(|role| session::role_name(*role));
    let roles = roles.collect::<Vec<_>>().join(", ");
    let demo = session::surroundings().demo.then(|| {
        view! { <span class="badge badge-warn">{t(text::SHELL_DEMO)}</span> }
    });
    view! {
        <header class="top">
            <a class="brand" href=routes::HOME>
                <span class="brand-mark" aria-hidden="true"></span>
                {t(text::SHELL_NAME)}
            </a>
            <Loaded from=today show=business_date />
            {demo}
            <form method="get" action=routes::SEARCH class="find" role="search">
                <input
                    type="search"
                    name="text"
                    autocomplete="off"
                    maxlength="64"
                    required=true
                    aria-label=t(text::SEARCH_LABEL)
                    placeholder=t(text::SEARCH_PLACEHOLDER)
                />
            </form>
            <div class="top-end">
                <Preferences />
                <div class="who">
                    <span class="who-name">{actor.name}</span>
                    <span class="who-roles">{roles}</span>
                </div>
                <form method="post" action="/sign-out">
                    <button class="button" type="submit">{t(text::SHELL_SIGN_OUT)}</button>
                </form>
            </div>
        </header>
    }
}

fn business_date(today: Today) -> impl IntoView {
    let waiting = (today.to_decide > 0).then(|| {
        let count = today.to_decide.to_string();
        view! {
            <a class="waiting" href=routes::APPROVALS>
                {tf(text::SHELL_WAITING, [("count", &count)])}
            </a>
        }
    });
    view! {
        <p class="business-date">
            <span class="label">{t(text::SHELL_BUSINESS_DATE)}</span>
            <strong>{today.date.to_string()}</strong>
            <span class="zone">{session::zone().label()}</span>
        </p>
        {waiting}
    }
}

/// Why the file that was just uploaded was refused. Shown once, wherever the upload came from.
#[component]
fn Refusal() -> impl IntoView {
    let refusal = session::surroundings().refusal;
    let reasons: Vec<String> = refusal.lines().map(phrase).collect();
    (!reasons.is_empty()).then(|| {
        let reasons = reasons.into_iter().map(|reason| view! { <li>{reason}</li> }).collect_view();
        view! {
            <section class="failed" role="alert" aria-labelledby="refusal">
                <h2 id="refusal">{t(text::SHELL_FILE_REFUSED)}</h2>
                <ul>{reasons}</ul>
            </section>
        }
    })
}

/// Language and colours: plain forms, so that they work everywhere.
#[component]
pub fn Preferences() -> impl IntoView {
    let other = Language::ALL.into_iter().filter(|other| *other != language());
    let languages = other
        .map(|other| {
            view! {
                <button
                    class="button"
                    type="submit"
                    name="lang"
                    value=other.tag()
                    lang=other.tag()
                >
                    {other.name()}
                </button>
            }
        })
        .collect_view();
    let theme = session::surroundings().theme;
    let choices = [
        ("system", text::SHELL_THEME_SYSTEM),
        ("light", text::SHELL_THEME_LIGHT),
        ("dark", text::SHELL_THEME_DARK),
    ]
    .map(|(value, label)| {
        let chosen = theme == value || (theme.is_empty() && value == "system");
        view! {
            <button
                class="button"
                type="submit"
                name="theme"
                value=value
                aria-pressed=if chosen { "true" } else { "false" }
            >
                {t(label)}
            </button>
        }
    });
    view! {
        <form class="preferences" method="post" action="/preferences">
            {languages}
            <span class="segments" role="group" aria-label=t(text::SHELL_THEME)>{choices}</span>
        </form>
    }
}

/// Where no screen is.
#[component]
pub fn NoSuchPage() -> impl IntoView {
    Failure::NotFound.set_status();
    view! {
        <PageHead title=t(text::SHELL_FAILED_NOT_FOUND) />
        <Failed failure=Failure::NotFound />
    }
}
