//! The side menu. An entry is shown to whoever has its permission.

use crate::i18n::{Text, t};
use crate::{routes, session, text};
use domain::access::Permission;
use leptos::prelude::*;
use leptos_router::components::A;

struct Group {
    title: Text,
    entries: &'static [Entry],
}

struct Entry {
    title: Text,
    href: &'static str,
    needs: Permission,
}

const MENU: &[Group] = &[
    Group {
        title: text::MENU_TODAY,
        entries: &[
            Entry { title: text::MENU_HOME, href: routes::HOME, needs: Permission::ViewTradingDay },
            Entry {
                title: text::MENU_APPROVALS,
                href: routes::APPROVALS,
                needs: Permission::ViewTradingDay,
            },
        ],
    },
    Group {
        title: text::MENU_MONEY_IN,
        entries: &[
            Entry {
                title: text::MENU_MERCHANTS,
                href: routes::MERCHANTS,
                needs: Permission::ViewMerchants,
            },
            Entry {
                title: text::MENU_ORDERS,
                href: routes::ORDERS,
                needs: Permission::ViewPayments,
            },
            Entry {
                title: text::MENU_PAYMENTS,
                href: routes::PAYMENTS,
                needs: Permission::ViewPayments,
            },
            Entry {
                title: text::MENU_REFUNDS,
                href: routes::REFUNDS,
                needs: Permission::ViewPayments,
            },
            Entry {
                title: text::MENU_NOTIFICATIONS,
                href: routes::NOTIFICATIONS,
                needs: Permission::ViewPayments,
            },
            Entry {
                title: text::MENU_CHANNELS,
                href: routes::CHANNELS,
                needs: Permission::ViewChannels,
            },
            Entry {
                title: text::MENU_ROUTING,
                href: routes::ROUTING,
                needs: Permission::ViewChannels,
            },
            Entry {
                title: text::MENU_LIMITS,
                href: routes::LIMITS,
                needs: Permission::ViewPayments,
            },
        ],
    },
    Group {
        title: text::MENU_CHECKING,
        entries: &[
            Entry {
                title: text::MENU_RECONCILIATION_HOME,
                href: routes::RECONCILIATION_HOME,
                needs: Permission::ViewReconciliation,
            },
            Entry {
                title: text::MENU_RECONCILIATION,
                href: routes::RECONCILIATION,
                needs: Permission::ViewReconciliation,
            },
            Entry {
                title: text::MENU_FILES,
                href: routes::FILES,
                needs: Permission::ViewReconciliation,
            },
            Entry {
                title: text::MENU_ERROR_ITEMS,
                href: routes::ERROR_ITEMS,
                needs: Permission::ViewErrorItems,
            },
        ],
    },
    Group {
        title: text::MENU_MONEY_OUT,
        entries: &[
            Entry {
                title: text::MENU_HOLDS,
                href: routes::HOLDS,
                needs: Permission::ViewMerchants,
            },
            Entry {
                title: text::MENU_SETTLEMENT,
                href: routes::SETTLEMENT,
                needs: Permission::ViewSettlement,
            },
            Entry {
                title: text::MENU_PAYOUTS,
                href: routes::PAYOUTS,
                needs: Permission::ViewPayouts,
            },
            Entry {
                title: text::MENU_RESERVE,
                href: routes::RESERVE,
                needs: Permission::ViewReserve,
            },
        ],
    },
    Group {
        title: text::MENU_BOOKS,
        entries: &[
            Entry {
                title: text::MENU_ACCOUNTS,
                href: routes::ACCOUNTS,
                needs: Permission::ViewLedger,
            },
            Entry {
                title: text::MENU_JOURNALS,
                href: routes::JOURNALS,
                needs: Permission::ViewLedger,
            },
            Entry {
                title: text::MENU_ADJUSTMENTS,
                href: routes::ADJUSTMENTS,
                needs: Permission::ViewLedger,
            },
            Entry {
                title: text::MENU_VOUCHERS,
                href: routes::VOUCHERS,
                needs: Permission::ViewVouchers,
            },
        ],
    },
    Group {
        title: text::MENU_FIGURES,
        entries: &[Entry {
            title: text::MENU_FUNNEL,
            href: routes::FUNNEL,
            needs: Permission::ViewFunnel,
        }],
    },
    Group {
        title: text::MENU_HOUSE,
        entries: &[
            Entry { title: text::MENU_STAFF, href: routes::STAFF, needs: Permission::ViewStaff },
            Entry { title: text::MENU_JOBS, href: routes::JOBS, needs: Permission::ViewJobs },
            Entry { title: text::MENU_AUDIT, href: routes::AUDIT, needs: Permission::ViewAudit },
        ],
    },
];

/// The groups with something in them for the signed-in person.
#[component]
pub fn Menu() -> impl IntoView {
    let groups = MENU
        .iter()
        .filter_map(|group| {
            let entries: Vec<_> =
                group.entries.iter().filter(|entry| session::may(entry.needs)).collect();
            (!entries.is_empty()).then(|| view! { <MenuGroup title=group.title entries /> })
        })
        .collect_view();
    view! { <nav class="menu" aria-label=t(text::MENU_LABEL)>{groups}</nav> }
}

#[component]
fn MenuGroup(title: Text, entries: Vec<&'static Entry>) -> impl IntoView {
    let links = entries
        .into_iter()
        .map(|entry| {
            let exact = entry.href == routes::HOME;
            view! { <li><A href=entry.href exact=exact>{t(entry.title)}</A></li> }
        })
        .collect_view();
    view! {
        <p class="menu-title">{t(title)}</p>
        <ul>{links}</ul>
    }
}
