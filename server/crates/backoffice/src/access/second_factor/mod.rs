//! The second factor (第二因子): a code from an authenticator app (TOTP, RFC 6238), asked for where
//! a decision is grave. Each code counts once; the secret is kept sealed, is shown only until it is
//! confirmed, to nobody but its owner, and stands in no log and no audit record.

mod store;

use super::{AccessError, password};
use crate::audit::{self, Event, Who};
use crate::office::Office;
use crate::vault::{Vault, VaultError};
use domain::access::Actor;
use domain::ids::StaffId;
use domain::staff::{Picture, SecondFactor};
use qrcode::{Color, QrCode};
use rand::Rng;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use totp_rs::{Builder, Secret, Totp};

/// Who issues the codes, as an authenticator app shows it.
const ISSUER: &str = "Countinghouse";
/// Bytes of a secret, as RFC 4226 recommends.
const SECRET_LENGTH: usize = 20;
/// How long a new secret may be looked at and confirmed.
const CONFIRM_WITHIN: Duration = Duration::minutes(10);
/// Wrong codes in a row before codes are refused for a while.
const FAILURES_MAX: i32 = 5;
/// How long.
const LOCKED_FOR: Duration = Duration::minutes(15);

/// How the signed-in person's second factor stands. A new secret is in it until it is confirmed.
///
/// # Errors
/// The database failed.
pub async fn standing(office: &Office, actor: &Actor) -> Result<SecondFactor, AccessError> {
    let mut conn = office.db.acquire().await?;
    let Some(stored) = store::find(&mut conn, actor.staff).await? else {
        return Ok(SecondFactor::Missing);
    };
    if let Some(since) = stored.confirmed_at {
        return Ok(SecondFactor::Confirmed { since });
    }
    if is_over(office, stored.enrolled_at) {
        return Ok(SecondFactor::Missing);
    }
    let (login, _) =
        super::store::credentials(&mut conn, actor.staff).await?.ok_or(AccessError::NotFound)?;
    let raw = vault(office)?.open(actor.staff.into(), &stored.sealed)?;
    let totp = totp(&raw, &login)?;
    let secret = Secret::from(raw).to_base32();
    let address = totp.to_url().map_err(|error| AccessError::Hashing(Box::new(error)))?;
    let picture = picture(&address)?;
    Ok(SecondFactor::ToConfirm { secret, address, picture })
}

/// Makes a new secret for the signed-in person, who gives the password again; whoever has a second
/// factor already gives a code of it as well.
///
/// # Errors
/// The password or the code is wrong.
pub async fn enrol(
    office: &Office,
    actor: &Actor,
    (given, code): (&str, &str),
) -> Result<(), AccessError> {
    let mut conn = office.db.acquire().await?;
    let (_, hash) =
        super::store::credentials(&mut conn, actor.staff).await?.ok_or(AccessError::NotFound)?;
    let known = store::find(&mut conn, actor.staff).await?;
    drop(conn);
    if !password::verify(given.to_owned(), Some(hash)).await? {
        return Err(AccessError::WrongPassword);
    }
    if known.is_some_and(|known| known.confirmed_at.is_some()) {
        prove(office, actor, code).await?;
    }
    let mut secret = vec![0_u8; SECRET_LENGTH];
    rand::rng().fill_bytes(&mut secret);
    let sealed = vault(office)?.seal(actor.staff.into(), &secret)?;
    let mut tx = office.begin().await?;
    store::replace(&mut tx, actor.staff, &sealed, office.now()).await?;
    let event = event(actor, "access.second_factor_new");
    audit::record(&mut tx, office, event, &actor.staff.to_string(), &()).await?;
    tx.commit().await?;
    Ok(())
}

/// Confirms a new secret by a first code of it.
///
/// # Errors
/// There is nothing to confirm, or the code is wrong.
pub async fn confirm(office: &Office, actor: &Actor, code: &str) -> Result<(), AccessError> {
    let mut conn = office.db.acquire().await?;
    let stored = store::find(&mut conn, actor.staff).await?;
    drop(conn);
    let waits = |enrolled: OffsetDateTime, confirmed: Option<OffsetDateTime>| {
        confirmed.is_none() && !is_over(office, enrolled)
    };
    if !stored.is_some_and(|stored| waits(stored.enrolled_at, stored.confirmed_at)) {
        return Err(AccessError::NothingToConfirm);
    }
    accept(office, actor, code, true).await
}

/// Proves the second factor by a code, which is used up by that.
///
/// # Errors
/// There is no second factor, the code is wrong or used, or too many wrong ones were tried.
pub async fn prove(office: &Office, actor: &Actor, code: &str) -> Result<(), AccessError> {
    accept(office, actor, code, false).await
}

/// Takes a code in, or counts it as wrong, in a transaction of its own: neither is undone by what
/// comes after.
async fn accept(
    office: &Office,
    actor: &Actor,
    code: &str,
    first: bool,
) -> Result<(), AccessError> {
    let now = office.now();
    let mut tx = office.begin().await?;
    let stored = store::lock(&mut tx, actor.staff).await?.ok_or(AccessError::NoSecondFactor)?;
    if stored.confirmed_at.is_some() == first {
        return Err(AccessError::NoSecondFactor);
    }
    if stored.locked_until.is_some_and(|until| until > now) {
        return Err(AccessError::CodeLocked);
    }
    let secret = vault(office)?.open(actor.staff.into(), &stored.sealed)?;
    let step = totp(&secret, "")?.check(code.trim(), real_seconds(office));
    let step = step.and_then(|step| i64::try_from(step).ok());
    let right = step.filter(|step| *step > stored.last_step);
    let (name, result) = match right {
        Some(step) => {
            store::use_up(&mut tx, actor.staff, step, now).await?;
            ("access.second_factor_proven", Ok(()))
        }
        None => {
            let until = now.saturating_add(LOCKED_FOR);
            store::count_failure(&mut tx, actor.staff, FAILURES_MAX, until).await?;
            ("access.second_factor_refused", Err(AccessError::WrongCode))
        }
    };
    let event = event(actor, name);
    audit::record(&mut tx, office, event, &actor.staff.to_string(), &()).await?;
    tx.commit().await?;
    result
}

/// Since when a colleague's second factor is in use.
pub(crate) async fn since(
    conn: &mut PgConnection,
    staff: StaffId,
) -> Result<Option<OffsetDateTime>, AccessError> {
    store::since(conn, staff).await
}

/// Forgets a colleague's second factor. Two people decided that.
pub(crate) async fn forget(conn: &mut PgConnection, staff: StaffId) -> Result<(), AccessError> {
    store::forget(conn, staff).await
}

fn vault(office: &Office) -> Result<&Vault, VaultError> {
    office.settings.vault.as_ref().ok_or(VaultError::NoKey)
}

/// The address as a QR code, for an app to be pointed at.
fn picture(address: &str) -> Result<Picture, AccessError> {
    let code = QrCode::new(address).map_err(|error| AccessError::Hashing(Box::new(error)))?;
    let width = code.width();
    let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
    Ok(Picture { width, dark })
}

fn totp(secret: &[u8], login: &str) -> Result<Totp, AccessError> {
    Builder::new()
        .with_secret(Secret::from(secret.to_vec()))
        .with_account_name(login)
        .with_issuer(Some(ISSUER))
        .build()
        .map_err(|error| AccessError::Hashing(Box::new(error)))
}

/// The telephone does not follow a demonstration's clock.
fn real_seconds(office: &Office) -> u64 {
    let real = office.now().saturating_sub(office.clock.ahead());
    u64::try_from(real.unix_timestamp()).unwrap_or_default()
}

fn is_over(office: &Office, enrolled_at: OffsetDateTime) -> bool {
    enrolled_at.saturating_add(CONFIRM_WITHIN) < office.now()
}

fn event<'a>(actor: &'a Actor, action: &'static str) -> Event<'a> {
    Event { who: Who::Staff(actor), action, subject_kind: "staff" }
}
