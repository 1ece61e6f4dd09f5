//! Which of two credentials counts, if others put theirs into the store.

use super::{Credential, now, state::Inner};
use crate::address;

impl Inner {
    /// Takes over what the store holds, if it is another credential and not an older one, nor one that
    /// was renewed here and put back. Whether it did.
    pub(super) fn consider(&mut self, stored: Option<&Credential>) -> bool {
        let Some(stored) = stored else { return false };
        if self.is_spent(stored) {
            return false;
        }
        let is_better = self.current.as_ref().is_none_or(|current| {
            let ours = &current.credential;
            let is_older = stored
                .expires_at
                .is_some_and(|at| at <= now() && ours.expires_at.is_some_and(|ours| at < ours));
            // Ours is of no use once it is over and refused for good.
            let refusal = self.refusal.as_ref();
            let is_useless =
                refusal.is_some_and(|refusal| refusal.until.is_none()) && self.valid().is_none();
            !stored.has_tokens_of(ours) && (!is_older || is_useless)
        });
        if is_better {
            self.adopt(stored.clone(), false);
        }
        is_better
    }
}

/// Whether what somebody else saved stays, and not the pair that came just now. Of two renewals the
/// one that lives longer does; anything else was put there on purpose.
pub(super) fn wins(other: &Credential, new: &Credential) -> bool {
    match (other.expires_at, new.expires_at) {
        (Some(theirs), Some(ours)) => theirs >= ours || is_for_another(other, new),
        _ => true,
    }
}

/// Whether a credential is for another portal or user, as far as both tell.
fn is_for_another(one: &Credential, other: &Credential) -> bool {
    let portal = |credential: &Credential| {
        let base = address::portal(&credential.portal).ok()?;
        Some(base.address().to_owned())
    };
    let is_elsewhere = match (&one.member_id, &other.member_id) {
        (Some(one), Some(other)) => one != other,
        _ => portal(one) != portal(other),
    };
    let users = one.user_id.zip(other.user_id);
    is_elsewhere || users.is_some_and(|(one, other)| one != other)
}
