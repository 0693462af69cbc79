//! What the messages of ISO 20022 about accounts (camt) have in common: entries (Ntry) with their
//! amounts, and the transactions inside them.

use super::fields;
use super::problems::{Problems, quote};
use super::xml::{self, Element, Taking, Tree};
use crate::bill::{Check, Problem};
use crate::statement::StatementRow;
use domain::date::BusinessDate;
use domain::money::{Currency, Money};
use std::io::Read;

/// Most movements of a message, each held as a row until its totals are known.
const ROWS_MAX: usize = 400_000;

/// Reads a message with this body as it flows in.
pub(super) fn read(
    input: &mut dyn Read,
    body: &str,
    take: &mut Taking<'_>,
) -> Result<Tree, Problem> {
    let tree = xml::read(input, take)?;
    let root = tree.root();
    if root.name() != "Document" || root.find(&[body]).is_none() {
        return Err(Problem::of_file(format!("there is no Document/{body}")));
    }
    Ok(tree)
}

/// Collects what a message says, and what is wrong with it.
#[derive(Default)]
pub(super) struct Reader {
    /// What is wrong.
    pub problems: Problems,
    /// What the message states about itself.
    pub checks: Vec<Check>,
    /// Movements so far: they are held until the message is complete.
    rows: usize,
}

/// What the entries add up to, booked or not, as TxsSummry states it.
#[derive(Default)]
pub(super) struct Sums {
    count: usize,
    credits: Option<Money>,
    debits: Option<Money>,
}

impl Sums {
    /// Adds an entry; nothing when the sum is out of range.
    pub fn add(&mut self, amount: Money) -> Option<()> {
        self.count += 1;
        let zero = Money::zero(amount.currency());
        let (side, magnitude) = if amount.is_negative() {
            (&mut self.debits, amount.checked_neg().ok()?)
        } else {
            (&mut self.credits, amount)
        };
        *side = Some(side.unwrap_or(zero).checked_add(magnitude).ok()?);
        Some(())
    }
}

/// An entry's own amount, sign and place.
#[derive(Clone, Copy)]
pub(super) struct Entry<'e> {
    /// Its element.
    pub element: Element<'e>,
    /// Its place, counted from 1.
    pub number: u32,
    /// Its amount, with sign.
    pub amount: Money,
}

impl Reader {
    /// Tells what is wrong with an element, and gives nothing.
    pub fn refuse<T>(&mut self, element: Element<'_>, field: &str, reason: &str) -> Option<T> {
        self.problems.push(Problem::at_field(element.line(), field, reason));
        None
    }

    /// The account (Acct) of a statement or notification.
    pub fn account<'e>(&mut self, element: Element<'e>) -> Option<&'e str> {
        let account = element
            .text_at(&["Acct", "Id", "IBAN"])
            .or_else(|| element.text_at(&["Acct", "Id", "Othr", "Id"]));
        if account.is_none() {
            self.refuse::<()>(element, "Acct/Id", "the account is not named");
        }
        account
    }

    /// Compares the summary (TxsSummry), where there is one, with the entries.
    pub fn check_summary(&mut self, statement: Element<'_>, sums: &Sums, currency: Currency) {
        let Some(summary) = statement.find(&["TxsSummry"]) else { return };
        let sum = |money: Option<Money>| money.unwrap_or(Money::zero(currency)).plain();
        let stated = [
            (["TtlNtries", "NbOfNtries"], sums.count.to_string()),
            (["TtlCdtNtries", "Sum"], sum(sums.credits)),
            (["TtlDbtNtries", "Sum"], sum(sums.debits)),
        ];
        for (path, computed) in stated {
            let Some(text) = summary.text_at(&path) else { continue };
            let what = path.join("/");
            let stated = match path[1] {
                "Sum" => Money::parse(text, currency).map(Money::plain),
                _ => Ok(text.to_owned()),
            };
            if let Some(stated) = self.problems.keep(stated, summary.line(), &what, text) {
                self.checks.push(Check { what, stated, computed });
            }
        }
    }

    /// The amount (Amt) inside an element.
    pub fn money(&mut self, parent: Element<'_>) -> Option<Money> {
        let Some(element) = parent.find(&["Amt"]) else {
            return self.refuse(parent, "Amt", "the amount is missing");
        };
        self.amount(element)
    }

    /// Banks may write up to five decimals; those beyond the currency's two must be zero.
    pub fn amount(&mut self, element: Element<'_>) -> Option<Money> {
        let code = element.attribute("Ccy").unwrap_or_default();
        let currency = self.problems.keep(code.parse::<Currency>(), element.line(), "Ccy", code)?;
        let text = element.text();
        let exact = match text.split_once('.') {
            Some((whole, decimals)) if (3..=5).contains(&decimals.len()) => {
                let (_, rest) = decimals.split_at_checked(2).unwrap_or((decimals, ""));
                let zeros = rest.bytes().all(|byte| byte == b'0');
                text.get(..whole.len() + 3).filter(|_| zeros).unwrap_or(text)
            }
            _ => text,
        };
        self.problems.keep(fields::money(exact, currency), element.line(), "Amt", text)
    }

    /// An amount with the sign its element states (CdtDbtInd).
    pub fn signed(&mut self, parent: Element<'_>, amount: Money) -> Option<Money> {
        match parent.text_at(&["CdtDbtInd"]) {
            Some("CRDT") => Some(amount),
            Some("DBIT") => amount.checked_neg().ok(),
            _ => self.refuse(parent, "CdtDbtInd", "must be CRDT or DBIT"),
        }
    }

    /// An entry in the account's currency.
    pub fn entry<'e>(
        &mut self,
        element: Element<'e>,
        number: u32,
        currency: Currency,
    ) -> Option<Entry<'e>> {
        let amount = self.money(element)?;
        if amount.currency() != currency {
            return self.refuse(element, "Amt", "the entry is not in the account's currency");
        }
        let amount = self.signed(element, amount)?;
        Some(Entry { element, number, amount })
    }

    /// Whether the bank has booked an entry; a state that is not known is a problem.
    pub fn booked(&mut self, entry: Element<'_>) -> bool {
        match entry.text_at(&["Sts"]).or_else(|| entry.text_at(&["Sts", "Cd"])) {
            Some("BOOK") => true,
            Some("PDNG" | "INFO" | "FUTR") => false,
            _ => {
                let reason = "must be BOOK, PDNG, INFO or FUTR";
                self.refuse::<()>(entry, "Sts", reason);
                false
            }
        }
    }

    /// One row for the entry, or one for each of its transactions. Transactions that do not add up
    /// to their entry are a problem, and the entry stays one row.
    pub fn rows_of(&mut self, entry: Entry<'_>, rows: &mut Vec<StatementRow>) {
        if !self.has_room(entry.element) {
            return;
        }
        let booked = entry.element.find(&["BookgDt"]).and_then(day_of);
        let Some(booking_date) = booked else {
            self.refuse::<()>(entry.element, "BookgDt", "the booking date is missing or wrong");
            return;
        };
        self.check_batches(entry.element);
        let before = rows.len();
        self.movements(entry, booking_date, rows);
        self.rows += rows.len() - before;
    }

    /// Whether another movement may be held; that it may not is told once.
    fn has_room(&mut self, entry: Element<'_>) -> bool {
        if self.rows < ROWS_MAX {
            return true;
        }
        if self.rows == ROWS_MAX {
            self.rows += 1;
            let reason =
                format!("the message has more than {ROWS_MAX} movements: ask for it in parts");
            self.refuse::<()>(entry, "Ntry", &reason);
        }
        false
    }

    fn movements(
        &mut self,
        entry: Entry<'_>,
        booking_date: BusinessDate,
        rows: &mut Vec<StatementRow>,
    ) {
        let transactions: Vec<Element<'_>> =
            entry.element.all("NtryDtls").flat_map(|details| details.all("TxDtls")).collect();
        let several =
            transactions.len() > 1 && transactions.iter().any(|held| amount_of(*held).is_some());
        if several && let Some(split) = self.split(entry, booking_date, &transactions) {
            rows.extend(split);
            return;
        }
        let single = transactions.first().copied().filter(|_| transactions.len() == 1);
        rows.push(row(entry, booking_date, entry.amount, single));
    }

    /// A batch states how many transactions it has; listed, they must be as many.
    fn check_batches(&mut self, entry: Element<'_>) {
        for details in entry.all("NtryDtls") {
            let listed = details.all("TxDtls").count();
            let Some(stated) = details.text_at(&["Btch", "NbOfTxs"]) else { continue };
            if listed > 0 {
                let what = format!("Btch/NbOfTxs, line {}", details.line());
                let (stated, computed) = (stated.to_owned(), listed.to_string());
                self.checks.push(Check { what, stated, computed });
            }
        }
    }

    fn split(
        &mut self,
        entry: Entry<'_>,
        booking_date: BusinessDate,
        transactions: &[Element<'_>],
    ) -> Option<Vec<StatementRow>> {
        let mut sum = Some(Money::zero(entry.amount.currency()));
        let mut split = Vec::new();
        for transaction in transactions.iter().copied() {
            let Some(part) = amount_of(transaction) else {
                let reason = "some transactions of the entry have amounts and others none";
                return self.refuse(transaction, "TxDtls", reason);
            };
            let amount = self.amount(part)?;
            let own = transaction.find(&["CdtDbtInd"]).is_some();
            let amount = self.signed(if own { transaction } else { entry.element }, amount)?;
            sum = sum.and_then(|sum| sum.checked_add(amount).ok());
            split.push(row(entry, booking_date, amount, Some(transaction)));
        }
        if sum == Some(entry.amount) {
            return Some(split);
        }
        let stated = entry.amount.plain();
        let sum = sum.map_or("of different currencies".to_owned(), Money::plain);
        let reason = format!("the entry is {stated}, but its transactions are {sum}");
        self.refuse(entry.element, "TxDtls", &reason)
    }
}

/// A transaction's amount stands in one of three places, by version and bank.
fn amount_of(transaction: Element<'_>) -> Option<Element<'_>> {
    transaction
        .find(&["Amt"])
        .or_else(|| transaction.find(&["AmtDtls", "TxAmt", "Amt"]))
        .or_else(|| transaction.find(&["AmtDtls", "InstdAmt", "Amt"]))
}

/// A date given as `Dt` or as the beginning of `DtTm`.
pub(super) fn day_of(parent: Element<'_>) -> Option<BusinessDate> {
    let text = parent.text_at(&["Dt"]).or_else(|| parent.text_at(&["DtTm"]))?;
    text.get(..10)?.parse().ok()
}

fn row(
    entry: Entry<'_>,
    booking_date: BusinessDate,
    amount: Money,
    transaction: Option<Element<'_>>,
) -> StatementRow {
    let element = entry.element;
    let of_transaction = |path: &[&str]| transaction.and_then(|held| held.text_at(path));
    let bank_ref = element
        .text_at(&["AcctSvcrRef"])
        .or_else(|| of_transaction(&["Refs", "AcctSvcrRef"]))
        .or_else(|| element.text_at(&["NtryRef"]));
    let end_to_end_id =
        of_transaction(&["Refs", "EndToEndId"]).filter(|number| *number != "NOTPROVIDED");
    let return_reason = transaction.and_then(return_reason).or_else(|| return_reason(element));
    StatementRow {
        entry: entry.number,
        bank_ref: bank_ref.unwrap_or_default().to_owned(),
        end_to_end_id: end_to_end_id.map(str::to_owned),
        amount,
        booking_date,
        value_date: element.find(&["ValDt"]).and_then(day_of),
        counterparty: transaction
            .and_then(|held| other_side(held, amount, return_reason.is_some()))
            .map(str::to_owned),
        remittance: remittance(element, transaction),
        return_reason,
    }
}

/// The payer of a credit, the payee of a debit; a returned payment keeps its first roles.
fn other_side(transaction: Element<'_>, amount: Money, returned: bool) -> Option<&str> {
    let payer_first = !amount.is_negative() && !returned;
    let roles = if payer_first { ["Dbtr", "Cdtr"] } else { ["Cdtr", "Dbtr"] };
    let parties = transaction.find(&["RltdPties"])?;
    let party = parties.find(&[roles[0]])?;
    party.text_at(&["Nm"]).or_else(|| party.text_at(&["Pty", "Nm"]))
}

fn remittance(entry: Element<'_>, transaction: Option<Element<'_>>) -> String {
    let lines: Vec<&str> = transaction
        .and_then(|held| held.find(&["RmtInf"]))
        .map(|held| held.all("Ustrd").map(Element::text).collect())
        .unwrap_or_default();
    if lines.is_empty() {
        return entry.text_at(&["AddtlNtryInf"]).map(quote_free).unwrap_or_default();
    }
    quote_free(&lines.join(" "))
}

/// Text for people: control characters become blanks.
fn quote_free(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Why a payment of ours came back (退票): RtrInf, or the bank's code of a returned transfer.
fn return_reason(element: Element<'_>) -> Option<String> {
    if let Some(returned) = element.find(&["RtrInf"]) {
        let code = returned.text_at(&["Rsn", "Cd"]).or_else(|| returned.text_at(&["Rsn", "Prtry"]));
        let more = returned.text_at(&["AddtlInf"]);
        let reason: Vec<&str> = code.into_iter().chain(more).collect();
        return Some(if reason.is_empty() { "returned".to_owned() } else { reason.join(" ") });
    }
    let code = element.text_at(&["BkTxCd", "Domn", "Fmly", "SubFmlyCd"])?;
    (code == "RRTN").then(|| quote(code))
}
