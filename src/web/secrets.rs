//! What only this server and those whom it serves may know.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use rejoinder_files::hex;

/// The fewest characters of a token that is given.
pub const SHORTEST_TOKEN: usize = 16;

/// The token that visitors from other machines need, and what their forms carry.
#[derive(Clone)]
pub struct Secrets {
    /// What a form must carry; another one in every process.
    csrf: String,
    /// What the cookie of a visitor who showed the token holds; none where no token is asked for.
    session: Option<String>,
    /// Hash of the token.
    token: Option<[u8; 32]>,
}

impl Secrets {
    /// Fresh secrets. With a token every visitor has to show it.
    ///
    /// # Errors
    /// Where the system has no randomness to give.
    pub fn new(token: Option<&str>) -> Result<Self, getrandom::Error> {
        Ok(Secrets {
            csrf: random()?,
            session: token.map(|token| hex(&Sha256::digest(format!("rejoinder session {token}")))),
            token: token.map(|token| Sha256::digest(token).into()),
        })
    }

    /// What a form must carry.
    #[must_use]
    pub fn csrf(&self) -> &str {
        &self.csrf
    }

    /// Whether a form carries it.
    #[must_use]
    pub fn is_csrf(&self, given: &str) -> bool {
        is_same(given.as_bytes(), self.csrf.as_bytes())
    }

    /// Whether visitors have to show a token.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.token.is_some()
    }

    /// Whether this is the token.
    #[must_use]
    pub fn is_token(&self, given: &str) -> bool {
        let given: [u8; 32] = Sha256::digest(given).into();
        self.token.is_some_and(|token| is_same(&given, &token))
    }

    /// What the cookie of a visitor who showed the token holds.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// Whether this is what that cookie holds.
    #[must_use]
    pub fn is_session(&self, given: &str) -> bool {
        self.session.as_ref().is_some_and(|session| is_same(given.as_bytes(), session.as_bytes()))
    }
}

/// In a time that does not tell how much of it was right.
pub(super) fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

/// 128 bits of the system's randomness in 32 hexadecimal digits.
///
/// # Errors
/// Where the system has none to give.
pub fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_itself_only_and_the_cookie_does_not_hold_it() {
        let secrets = Secrets::new(Some("correct horse battery")).unwrap();
        assert!(secrets.is_token("correct horse battery") && !secrets.is_token("correct horse batter"));
        let session = secrets.session().unwrap();
        assert!(secrets.is_session(session) && !secrets.is_session("") && !session.contains("horse"));
        let open = Secrets::new(None).unwrap();
        assert!(!open.asks() && !open.is_token("") && !open.is_session(""));
        assert!(open.is_csrf(open.csrf()) && !open.is_csrf(secrets.csrf()) && !open.is_csrf(""));
    }
}
