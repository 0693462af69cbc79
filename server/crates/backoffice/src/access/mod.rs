//! Who is asking: staff sign in with a password, hold a session, and have roles that are read anew
//! on every request, so that a role taken away or an account closed counts at once.

mod error;
mod password;
pub mod second_factor;
mod store;

pub use error::AccessError;

use crate::audit::{self, Event, Who};
use crate::office::Office;
use domain::access::Actor;
use domain::ids::{SessionId, StaffId};
use rand::Rng;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use time::Duration;

/// Idle sessions end after this long.
pub const IDLE_MAX: Duration = Duration::minutes(15);
/// Every session ends after this long.
pub const SESSION_MAX: Duration = Duration::hours(10);
/// Wrong passwords in a row before an account is locked.
const FAILED_MAX: i32 = 10;
/// How long it is locked.
const LOCKED_FOR: Duration = Duration::minutes(30);
/// Shortest password accepted.
const PASSWORD_LENGTH_MIN: usize = 15;

/// The secret in a session cookie: 256 random bits, kept by us only as a hash.
#[derive(Debug, Clone)]
pub struct SessionToken(String);

impl SessionToken {
    /// The cookie's value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn random() -> Self {
        let mut bytes = [0_u8; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self(hex::encode(bytes))
    }
}

/// A person to be added, for the command line and the demonstration.
#[derive(Debug, Clone)]
pub struct NewStaff<'a> {
    /// What they sign in with.
    pub login: &'a str,
    /// The name others see.
    pub name: &'a str,
    /// Their first password.
    pub password: &'a str,
    /// Their roles.
    pub roles: &'a [domain::access::Role],
}

/// Signs a person in.
///
/// # Errors
/// One and the same refusal for an unknown login, a wrong password and a closed account; a locked
/// account says so.
pub async fn sign_in(
    office: &Office,
    login: &str,
    password: &str,
) -> Result<SessionToken, AccessError> {
    let now = office.now();
    let mut conn = office.db.acquire().await?;
    let found = store::find_by_login(&mut conn, login.trim()).await?;
    drop(conn);
    let hash = found.as_ref().map(|staff| staff.password_hash.clone());
    let fits = password::verify(password.to_owned(), hash).await?;
    let staff = found.filter(|staff| staff.active).ok_or(AccessError::NotSignedIn)?;
    let mut tx = office.begin().await?;
    if staff.locked_until.is_some_and(|until| until > now) {
        return Err(AccessError::Locked);
    }
    if !fits {
        let until = now.saturating_add(LOCKED_FOR);
        store::count_failure(&mut tx, staff.id, FAILED_MAX, until).await?;
        let event = event(Who::System("sign-in"), "access.sign_in_refused");
        audit::record(&mut tx, office, event, &staff.id.to_string(), &()).await?;
        tx.commit().await?;
        return Err(AccessError::NotSignedIn);
    }
    let token = SessionToken::random();
    let session = SessionId(office.new_id());
    store::clear_failures(&mut tx, staff.id).await?;
    store::open_session(&mut tx, session, staff.id, &hash_of(token.as_str()), now).await?;
    let event = event(Who::System("sign-in"), "access.sign_in");
    audit::record(&mut tx, office, event, &staff.id.to_string(), &session).await?;
    tx.commit().await?;
    Ok(token)
}

/// Who holds this session, if it is alive; using it keeps it alive.
///
/// # Errors
/// The database failed.
pub async fn authenticate(office: &Office, token: &str) -> Result<Option<Actor>, AccessError> {
    let now = office.now();
    let mut conn = office.db.acquire().await?;
    let oldest = (now.saturating_sub(IDLE_MAX), now.saturating_sub(SESSION_MAX));
    store::touch_session(&mut conn, &hash_of(token), now, oldest).await
}

/// Ends the session for good.
///
/// # Errors
/// The database failed.
pub async fn sign_out(office: &Office, actor: &Actor) -> Result<(), AccessError> {
    let mut tx = office.begin().await?;
    store::revoke_session(&mut tx, actor.session, office.now()).await?;
    let event = event(Who::Staff(actor), "access.sign_out");
    audit::record(&mut tx, office, event, &actor.staff.to_string(), &actor.session).await?;
    tx.commit().await?;
    Ok(())
}

/// Carries all live sessions along when a demonstration's clock is moved: nobody was idle.
///
/// # Errors
/// The database failed.
pub async fn carry_sessions(conn: &mut PgConnection, by: Duration) -> Result<(), AccessError> {
    store::carry_sessions(conn, by.whole_seconds()).await
}

/// Adds a person. Used when an installation is set up; people already there are left as they are.
///
/// # Errors
/// The password is too short, or the database failed.
pub async fn add_staff(office: &Office, new: &NewStaff<'_>) -> Result<StaffId, AccessError> {
    if new.password.chars().count() < PASSWORD_LENGTH_MIN {
        return Err(AccessError::PasswordTooShort(PASSWORD_LENGTH_MIN));
    }
    let mut conn = office.db.acquire().await?;
    if let Some(known) = store::find_by_login(&mut conn, new.login).await? {
        return Ok(known.id);
    }
    let hash = password::hash(new.password.to_owned()).await?;
    let id = StaffId(office.new_id());
    let mut tx = office.begin().await?;
    store::insert(&mut tx, id, new, &hash, office.now()).await?;
    for role in new.roles {
        store::grant(&mut tx, id, *role).await?;
    }
    let event = event(Who::System("set-up"), "access.add_staff");
    audit::record(&mut tx, office, event, &id.to_string(), &new.roles).await?;
    tx.commit().await?;
    Ok(id)
}

/// A person as an actor, without a session: for commands on the server itself and for tests.
///
/// # Errors
/// There is no such person.
pub async fn actor_by_login(office: &Office, login: &str) -> Result<Actor, AccessError> {
    let mut conn = office.db.acquire().await?;
    let staff = store::find_by_login(&mut conn, login).await?.ok_or(AccessError::NotFound)?;
    let roles = store::roles(&mut conn, staff.id).await?;
    let session = SessionId(office.new_id());
    Ok(Actor { staff: staff.id, name: staff.name, session, roles })
}

/// Writes down which person is behind an account, by the number they have as an employee (工号):
/// accounts with the same number are one person to every approval.
///
/// # Errors
/// There is no such account, or the number is none.
pub async fn name_person(
    office: &Office,
    login: &str,
    employee_no: &str,
) -> Result<(), AccessError> {
    let mut tx = office.begin().await?;
    let staff = store::find_by_login(&mut tx, login).await?.ok_or(AccessError::NotFound)?;
    store::set_employee_no(&mut tx, staff.id, employee_no).await?;
    let event = event(Who::System("set-up"), "access.name_person");
    audit::record(&mut tx, office, event, &staff.id.to_string(), &employee_no).await?;
    tx.commit().await?;
    Ok(())
}

fn hash_of(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

fn event<'a>(who: Who<'a>, action: &'static str) -> Event<'a> {
    Event { who, action, subject_kind: "staff" }
}
