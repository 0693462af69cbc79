//! What a settlement comes to: pure arithmetic over the payments that are due.

use super::SettlementError;
use super::store::{Item, Standing};
use domain::ids::{MerchantId, SettlementId};
use domain::matching::rules::SettlementMode;
use domain::merchant::SplitRule;
use domain::money::{Currency, Money};
use domain::settlement::Figures;
use domain::split::{SELLER, Split, SplitRefused, split};
use ledger::entries::SplitFrom;
use std::collections::{BTreeMap, BTreeSet};

/// A payment with what becomes of it.
#[derive(Debug)]
pub(super) struct Settled {
    pub item: Item,
    pub share: Share,
}

/// What becomes of a payment's amount.
#[derive(Debug)]
pub(super) enum Share {
    /// It is the merchant's own; may be below zero after refunds.
    Own(Money),
    /// It is shared out.
    Split(Split),
    /// Refunded whole, with the fee kept: the platform bears what is missing.
    Missing(Money),
    /// Nothing is left of it.
    Nothing,
}

/// One side of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Side {
    pub code: &'static str,
    pub merchant: Option<MerchantId>,
}

/// A line to be stored.
#[derive(Debug, Clone)]
pub(super) struct NewLine {
    pub payment: uuid::Uuid,
    pub label: String,
    pub from: Side,
    pub to: Side,
    pub amount: Money,
    pub journal_key: String,
}

/// A settlement to be made.
#[derive(Debug)]
pub(super) struct Plan {
    pub merchant: MerchantId,
    pub settled: Vec<Settled>,
    pub figures: Figures,
    held: BTreeMap<String, i64>,
}

impl Plan {
    /// Works out what becomes of each payment. Payments whose parties are not active, or whose
    /// rules do not work out, are held back.
    pub(super) fn of(
        merchant: MerchantId,
        items: Vec<Item>,
        rules: &[SplitRule],
        inactive: &BTreeMap<MerchantId, String>,
    ) -> Result<Self, SettlementError> {
        let figures = Figures::zero(Currency::Cny);
        let mut plan = Self { merchant, settled: Vec::new(), figures, held: BTreeMap::new() };
        for item in items {
            match plan.share(&item, rules, inactive) {
                Ok(share) => plan.take(item, share)?,
                Err(Held::Because(reason)) => *plan.held.entry(reason).or_default() += 1,
                Err(Held::Error(error)) => return Err(error),
            }
        }
        Ok(plan)
    }

    /// Why payments were held back, and how many for each reason.
    pub(super) fn held_reasons(&self) -> impl Iterator<Item = String> + '_ {
        self.held.iter().map(|(reason, count)| match count {
            1 => format!("one payment: {reason}"),
            count => format!("{count} payments: {reason}"),
        })
    }

    fn share(
        &self,
        item: &Item,
        rules: &[SplitRule],
        inactive: &BTreeMap<MerchantId, String>,
    ) -> Result<Share, Held> {
        if let Some(why) = item.standing.held_because() {
            return Err(Held::Because(why.to_owned()));
        }
        let base = item.figures.movement().map_err(SettlementError::from)?;
        let payees = rules.iter().map(|rule| rule.payee).filter(|_| item.seller.is_some());
        let parties: BTreeSet<_> =
            [Some(self.merchant), item.seller].into_iter().flatten().chain(payees).collect();
        if let Some(why) = parties.iter().find_map(|party| inactive.get(party)) {
            return Err(Held::Because(why.clone()));
        }
        match item.seller {
            None => Ok(Share::Own(base)),
            Some(_) if base.is_zero() => Ok(Share::Nothing),
            Some(_) if !base.is_positive() => {
                Ok(Share::Missing(base.checked_neg().map_err(SettlementError::from)?))
            }
            Some(seller) => match split(base, seller, rules) {
                Ok(split) => Ok(Share::Split(split)),
                Err(SplitRefused::Money(error)) => Err(Held::Error(SettlementError::Money(error))),
                Err(refused) => Err(Held::Because(refused.to_string())),
            },
        }
    }

    fn take(&mut self, item: Item, share: Share) -> Result<(), SettlementError> {
        let splits = match &share {
            Share::Split(split) => {
                let others = split.lines.iter().filter(|line| line.label != SELLER);
                Money::sum(others.map(|line| line.amount), Currency::Cny)?
            }
            Share::Missing(amount) => amount.checked_neg()?,
            Share::Own(_) | Share::Nothing => Money::zero(Currency::Cny),
        };
        self.figures = self.figures.plus(Figures { splits, ..item.figures })?;
        self.settled.push(Settled { item, share });
        Ok(())
    }

    /// The payments that are advanced although they are known not to match.
    pub(super) fn advanced(&self) -> Vec<&Item> {
        let items = self.settled.iter().map(|settled| &settled.item);
        items.filter(|item| item.standing.is_advance()).collect()
    }

    /// What the payments that are the merchant's own come to.
    pub(super) fn own(&self) -> Result<Money, SettlementError> {
        let own = self.settled.iter().filter_map(|settled| match settled.share {
            Share::Own(base) => Some(base),
            _ => None,
        });
        Ok(Money::sum(own, Currency::Cny)?)
    }

    /// Every visible line: what each payment came to, and who got what of it.
    pub(super) fn lines(&self, settlement: SettlementId) -> Vec<NewLine> {
        let key = super::postings::key(settlement);
        self.settled.iter().flat_map(|settled| self.lines_of(settled, &key)).collect()
    }

    fn lines_of(&self, Settled { item, share }: &Settled, key: &str) -> Vec<NewLine> {
        let unsettled = Side { code: "2241.02", merchant: Some(self.merchant) };
        let ours = |code| Side { code, merchant: None };
        let figures = item.figures;
        let booked = |event: &str| format!("payments:{}:{event}", item.payment);
        let mut lines: Vec<NewLine> = [
            ("payment", ours("1122.01"), unsettled, figures.payments, booked("collected")),
            ("fee", unsettled, ours("6021.01"), figures.fees, booked("fee")),
            ("refund", unsettled, ours("2241.07"), figures.refunds, String::new()),
            ("fee_back", ours("6021.02"), unsettled, figures.fees_back, String::new()),
        ]
        .into_iter()
        .filter(|(_, _, _, amount, _)| !amount.is_zero())
        .map(|(label, from, to, amount, journal_key)| NewLine {
            payment: item.payment,
            label: label.to_owned(),
            from,
            to,
            amount,
            journal_key,
        })
        .collect();
        let mut push = |label: &str, from, to, amount| {
            let (payment, journal_key) = (item.payment, key.to_owned());
            let label = label.to_owned();
            lines.push(NewLine { payment, label, from, to, amount, journal_key });
        };
        match share {
            Share::Own(_) | Share::Nothing => {}
            Share::Missing(amount) => {
                let commission = Side { code: "2241.06", merchant: Some(self.merchant) };
                push("fee_borne", commission, unsettled, *amount);
            }
            Share::Split(split) => {
                let code = match Self::source(split) {
                    SplitFrom::Unsettled => "2241.02",
                    SplitFrom::Pending => "2241.05",
                };
                let source = Side { code, merchant: Some(self.merchant) };
                for line in &split.lines {
                    let from = line.from.map_or(source, available);
                    push(&line.label, from, self.payee(line.to), line.amount);
                }
            }
        }
        lines
    }

    /// Where the lines of a split that are not charged to the seller come from: the pending
    /// balance, or, when nothing is shared at source, the unsettled one itself.
    pub(super) fn source(split: &Split) -> SplitFrom {
        let others = || split.lines.iter().filter(|line| line.label != SELLER);
        let charged_only = others().count() > 0 && others().all(|line| line.from.is_some());
        if charged_only { SplitFrom::Unsettled } else { SplitFrom::Pending }
    }

    /// Where a party's share goes: a platform's to its commission account.
    fn payee(&self, party: MerchantId) -> Side {
        if party == self.merchant {
            Side { code: "2241.06", merchant: Some(party) }
        } else {
            available(party)
        }
    }
}

impl Standing {
    /// Why the settlement mode of the channel holds the payment back, if it does (先对账后清算, or
    /// 先清算 with what does not match left out).
    pub(super) const fn held_because(self) -> Option<&'static str> {
        match self.mode {
            SettlementMode::After if !self.reconciled => {
                Some("its clearing date is not reconciled yet")
            }
            SettlementMode::After | SettlementMode::BeforeExcluding if self.unmatched => {
                Some("reconciliation has not matched it")
            }
            _ => None,
        }
    }

    /// Whether settling it advances money that is known not to match.
    pub(super) fn is_advance(self) -> bool {
        self.unmatched && self.mode == SettlementMode::BeforeAdvancing
    }
}

fn available(party: MerchantId) -> Side {
    Side { code: "2241.03", merchant: Some(party) }
}

/// Why a payment is not part of the plan.
enum Held {
    /// It waits; the reason is shown.
    Because(String),
    /// Nothing can be settled at all.
    Error(SettlementError),
}

impl From<SettlementError> for Held {
    fn from(error: SettlementError) -> Self {
        Self::Error(error)
    }
}
