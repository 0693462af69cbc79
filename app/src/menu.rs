//! The side menu. An entry is shown to whoever has its permission.

use crate::i18n::{Text, t};
use crate::{routes, session, text};
use domain::access::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

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
            Entry { title: text::MENU_USERS, href: routes::USERS, needs: Permission::ViewPayments },
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
    let path = use_location().pathname;
    let links = entries
        .into_iter()
        .map(|entry| {
            let here = move || (nearest(&path.read()) == Some(entry.href)).then_some("page");
            view! { <li><a href=entry.href aria-current=here>{t(entry.title)}</a></li> }
        })
        .collect_view();
    view! {
        <p class="menu-title">{t(title)}</p>
        <ul>{links}</ul>
    }
}

/// The entry a screen belongs to: the one whose address begins the screen's, and the longest of
/// those.
fn nearest(path: &str) -> Option<&'static str> {
    let entries = MENU.iter().flat_map(|group| group.entries).map(|entry| entry.href);
    let above = |href: &&str| match path.strip_prefix(*href) {
        Some(rest) => *href != routes::HOME && (rest.is_empty() || rest.starts_with('/')),
        None => false,
    };
    if path == routes::HOME {
        return Some(routes::HOME);
    }
    entries.filter(above).max_by_key(|href| href.len())
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn one_entry_is_marked_on_every_screen() {
        for (path, entry) in [
            ("/", Some("/")),
            ("/payments", Some("/payments")),
            ("/payments/0190", Some("/payments")),
            ("/reconciliation", Some("/reconciliation")),
            ("/reconciliation/home", Some("/reconciliation/home")),
            ("/reconciliation/rules/try", Some("/reconciliation")),
            ("/paymentsish", None),
            ("/search", None),
        ] {
            assert_eq!(nearest(path), entry, "{path}");
        }
    }
}
