use crate::islands::CopyButton;
use crate::session;
use domain::money::Money;
use leptos::prelude::*;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// An amount with its currency: aligned by its digits, a negative one by sign and colour.
#[component]
pub fn Amount(
    /// The amount.
    money: Money,
) -> impl IntoView {
    let class = if money.is_negative() { "amount negative" } else { "amount" };
    view! {
        <span class=class>
            {money.grouped()} " " <span class="currency">{money.currency().code()}</span>
        </span>
    }
}

/// How a state is to be taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to do.
    #[default]
    Neutral,
    /// On its way.
    Info,
    /// As it should be.
    Good,
    /// Somebody has to look.
    Warn,
    /// Wrong.
    Bad,
}

/// A state, as a word on a coloured ground. The word alone says it all.
#[component]
pub fn Badge(
    /// How it is to be taken.
    #[prop(optional)]
    tone: Tone,
    /// The word.
    children: Children,
) -> impl IntoView {
    let class = match tone {
        Tone::Neutral => "badge",
        Tone::Info => "badge badge-info",
        Tone::Good => "badge badge-good",
        Tone::Warn => "badge badge-warn",
        Tone::Bad => "badge badge-bad",
    };
    view! { <span class=class>{children()}</span> }
}

/// A moment, in the business zone.
#[component]
pub fn Moment(
    /// When.
    at: OffsetDateTime,
) -> impl IntoView {
    let zone = session::zone();
    view! {
        <time class="moment" datetime=at.format(&Rfc3339).unwrap_or_default()>
            {zone.show(at)}
        </time>
    }
}

/// An id, with a button that copies it.
#[component]
pub fn CopyId(
    /// The id, whole.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    view! {
        <span class="copy"><code class="id">{id.clone()}</code> <CopyButton what=id /></span>
    }
}

/// The end of an id, which tells it from its neighbours; the whole as its title.
#[component]
pub fn ShortId(
    /// The id, whole.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    let start = id.len().checked_sub(SHORT).filter(|start| id.is_char_boundary(*start));
    let short = start.map_or(id.clone(), |start| format!("…{}", &id[start..]));
    view! { <code class="id" title=id>{short}</code> }
}

/// Characters of a [`ShortId`].
const SHORT: usize = 8;
