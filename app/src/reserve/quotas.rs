use super::{Views, api};
use crate::components::{Amount, Badge, Column, Loaded, Moment, PageHead, Table, Tone, load};
use crate::failure::Failure;
use crate::i18n::t;
use crate::wording::named;
use crate::{routes, session, text};
use domain::access::Permission;
use domain::money::Money;
use domain::reserve::quota::QuotaSession;
use leptos::prelude::*;

/// The quotas at clearing houses, session by session.
#[component]
pub fn QuotaPage() -> impl IntoView {
    let sessions = load(|| (), |()| sessions());
    let new = session::may(Permission::MakeReserve).then(|| {
        view! {
            <a class="button" href=routes::RESERVE_DOCUMENT_NEW>{t(text::RESERVE_EARMARK)}</a>
        }
    });
    view! {
        <PageHead title=t(text::RESERVE_QUOTAS) lead=t(text::RESERVE_QUOTAS_LEAD)>{new}</PageHead>
        <Views here=routes::RESERVE_QUOTAS />
        <Loaded from=sessions show=show />
    }
}

/// The sessions, each with what its house is called.
async fn sessions() -> Result<Vec<(QuotaSession, String)>, Failure> {
    let houses = api::settings().await?.0.houses;
    let called = |code: &str| {
        let house = houses.iter().find(|house| house.code == code);
        house.map_or(code, |house| named(&house.name_en, &house.name_zh)).to_owned()
    };
    let sessions = api::quotas().await?.into_iter();
    let with_name = |session: QuotaSession| {
        let name = called(&session.house);
        (session, name)
    };
    Ok(sessions.map(with_name).collect())
}

fn show(sessions: Vec<(QuotaSession, String)>) -> impl IntoView {
    let columns = vec![
        Column::text(t(text::RESERVE_HOUSE)),
        Column::text(t(text::RESERVE_SESSION)),
        Column::text(t(text::RESERVE_STATE)),
        Column::number(t(text::RESERVE_MAPPED)),
        Column::number(t(text::RESERVE_RECEIVED)),
        Column::number(t(text::RESERVE_PAID_OUT)),
        Column::number(t(text::RESERVE_AVAILABLE)),
        Column::number(t(text::RESERVE_NET_POSITION)),
        Column::text(t(text::RESERVE_COUNTED_UNTIL)),
    ];
    view! {
        <Table
            caption=t(text::RESERVE_QUOTAS)
            columns
            empty=sessions.is_empty()
            nothing=t(text::RESERVE_NO_QUOTAS)
        >
            {sessions.into_iter().map(row).collect_view()}
        </Table>
    }
}

fn row((session, house): (QuotaSession, String)) -> impl IntoView {
    let (tone, word) = match session.closed_at {
        None => (Tone::Info, text::RESERVE_SESSION_OPEN),
        Some(_) => (Tone::Neutral, text::RESERVE_SESSION_SETTLED),
    };
    let quota = session.quota;
    let amount = |money: Option<Money>| money.map(|money| view! { <Amount money /> });
    view! {
        <tr>
            <td>{house}</td>
            <td>{session.day.to_string()}</td>
            <td><Badge tone>{t(word)}</Badge></td>
            <td class="number"><Amount money=quota.mapped /></td>
            <td class="number"><Amount money=quota.received /></td>
            <td class="number"><Amount money=quota.paid /></td>
            <td class="number">{amount(quota.available().ok())}</td>
            <td class="number">{amount(quota.net_position().ok())}</td>
            <td><Moment at=session.received_until /></td>
        </tr>
    }
}
