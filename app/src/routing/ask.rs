use super::api::{self, Asked};
use crate::components::{
    Choice, FilterForm, Loaded, PageHead, Panel, Query, SelectField, TextField, load, use_filter,
};
use crate::decision::Decision;
use crate::i18n::t;
use crate::wording::{card_name, product_name};
use crate::{routes, text};
use domain::product::{CardType, Product};
use domain::routing::RoutingDecision;
use leptos::prelude::*;

/// Where would this payment go, and why: nothing is sent.
#[component]
pub fn RoutingAskPage() -> impl IntoView {
    let filter = use_filter();
    let answer = load(filter, |query| api::ask(asked(&query)));
    view! {
        <PageHead title=t(text::ROUTING_ASK) lead=t(text::ROUTING_ASK_LEAD)>
            <a class="link" href=routes::ROUTING>{t(text::ROUTING_TITLE)}</a>
        </PageHead>
        {move || fields(&filter())}
        <Loaded from=answer show=show />
    }
}

fn asked(query: &Query) -> Option<Asked> {
    Some(Asked {
        product: query.value("product")?,
        amount: query.text("amount")?,
        merchant: query.text("merchant"),
        method: query.text("method"),
        card: query.value("card"),
        bank: query.text("bank"),
        at: query.text("at"),
        payment: query.text("payment"),
    })
}

fn fields(query: &Query) -> impl IntoView + use<> {
    let products = Product::ALL.map(|one| Choice::new(one.name(), product_name(one))).into();
    let cards = CardType::ALL.map(|one| Choice::new(one.name(), card_name(one))).into();
    let any = t(text::ROUTING_ANY);
    let value = |name: &str| query.text(name).unwrap_or_default();
    let line = |name: &'static str, label: &'static str, hint: &'static str| {
        let value = value(name);
        view! { <TextField name=name label=label value=value hint=hint optional=true /> }
    };
    let (amount, card) = (value("amount"), value("card"));
    let payer = (
        line("bank", t(text::ROUTING_BANK), ""),
        line("method", t(text::ROUTING_METHOD), ""),
        line("at", t(text::ROUTING_AT), t(text::ROUTING_AT_HINT)),
        line("payment", t(text::ROUTING_SEED), t(text::ROUTING_SEED_HINT)),
    );
    let merchant = line("merchant", t(text::ROUTING_MERCHANT), "");
    let product = query.value("product").unwrap_or(Product::QuickPay);
    view! {
        <FilterForm action=routes::ROUTING_ASK says=t(text::ROUTING_TRY)>
            <SelectField
                name="product"
                label=t(text::ROUTING_PRODUCT)
                choices=products
                value=product.name()
            />
            <TextField name="amount" label=t(text::ROUTING_AMOUNT) value=amount />
            {merchant}
            <SelectField
                name="card"
                label=t(text::SHELL_CARD)
                choices=cards
                value=card
                none=any
            />
            {payer}
        </FilterForm>
    }
}

fn show(decision: Option<RoutingDecision>) -> impl IntoView {
    decision.map(|decision| {
        view! { <Panel title=t(text::ROUTING_ANSWER)><Decision decision /></Panel> }
    })
}
