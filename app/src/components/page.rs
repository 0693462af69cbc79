use leptos::prelude::*;
use leptos_meta::Title;

/// The head of a screen: its title, also in the browser's tab, and what can be done here.
#[component]
pub fn PageHead(
    /// What the screen is.
    #[prop(into)]
    title: String,
    /// A sentence below it.
    #[prop(optional, into)]
    lead: Option<String>,
    /// Links and buttons at its end.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <Title text=title.clone() />
        <div class="page-head">
            <div>
                <h1>{title}</h1>
                {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
            </div>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
}

/// A part of a screen with its own heading.
#[component]
pub fn Panel(
    /// The heading.
    #[prop(into)]
    title: String,
    /// Links and buttons beside it.
    #[prop(optional, into)]
    actions: ViewFn,
    /// What it holds.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="panel">
            <div class="panel-head">
                <h2>{title}</h2>
                <div class="actions">{actions.run()}</div>
            </div>
            <div class="panel-body">{children()}</div>
        </section>
    }
}

/// A row of links between views of the same thing.
#[component]
pub fn Tabs(
    /// What they choose between, for people who do not see them.
    #[prop(into)]
    label: String,
    /// [`Tab`]s.
    children: Children,
) -> impl IntoView {
    view! { <nav class="tabs" aria-label=label>{children()}</nav> }
}

/// One of [`Tabs`].
#[component]
pub fn Tab(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// Whether it is the one shown.
    #[prop(into)]
    here: Signal<bool>,
    /// Its text.
    children: Children,
) -> impl IntoView {
    view! {
        <a class="tab" href=href aria-current=move || here.get().then_some("page")>
            {children()}
        </a>
    }
}
