//! What a portal is told to answer instead of what is documented.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use crate::{
    Sandbox,
    failures::{EVERY_METHOD, Failure},
    fault::Fault,
    log::Recorded,
    ordered::{Answer, Function, Given},
    table::List,
};

/// The orders that stand.
#[derive(Default)]
pub(crate) struct Orders {
    /// With the lower-case name of the method; the earliest comes first.
    failures: Vec<(String, Failure)>,
    /// By the lower-case name of the method.
    answers: HashMap<String, Answers>,
    /// Lists by the lower-case name of the method.
    lists: HashMap<String, Arc<List>>,
}

/// Those of one method.
#[derive(Default)]
struct Answers {
    /// With how many calls they still answer.
    next: VecDeque<(Arc<Answer>, u32)>,
    then: Option<Given>,
}

impl Orders {
    pub(crate) fn fail(&mut self, method: &str, failure: Failure) {
        self.failures.push((method.to_ascii_lowercase(), failure));
    }

    pub(crate) fn answer(&mut self, method: &str, answer: Answer) {
        let answers = self.answers.entry(method.to_ascii_lowercase()).or_default();
        match answer.times {
            Some(0) => {}
            Some(times) => answers.next.push_back((Arc::new(answer), times)),
            None => answers.then = Some(Given::Answer(Arc::new(answer))),
        }
    }

    pub(crate) fn answer_with(&mut self, method: &str, function: Arc<Function>, to_anyone: bool) {
        let answers = self.answers.entry(method.to_ascii_lowercase()).or_default();
        answers.then = Some(Given::By {
            function,
            to_anyone,
        });
    }

    /// Takes the place of what else answers all calls of the method.
    pub(crate) fn list(&mut self, method: &str, list: List) {
        let method = method.to_ascii_lowercase();
        if let Some(answers) = self.answers.get_mut(&method) {
            answers.then = None;
        }
        self.lists.insert(method, list.into());
    }

    /// The error for this call of a method, which counts as used.
    pub(crate) fn take_failure(&mut self, method: &str) -> Option<Failure> {
        self.take(|name| name == EVERY_METHOD || name == method)
    }

    /// Likewise, for what is not a method of the API.
    pub(crate) fn take_failure_of(&mut self, name: &str) -> Option<Failure> {
        self.take(|known| known == name)
    }

    fn take(&mut self, is_meant: impl Fn(&str) -> bool) -> Option<Failure> {
        let index = self
            .failures
            .iter()
            .position(|(name, failure)| is_meant(name) && failure.times != Some(0))?;
        let (_, failure) = self.failures.get_mut(index)?;
        match &mut failure.times {
            None => Some(failure.clone()),
            Some(left) if *left > 1 => {
                *left -= 1;
                Some(failure.clone())
            }
            Some(_) => Some(self.failures.remove(index).1),
        }
    }

    /// What answers this call of a method, which counts as used: what was ordered for the method,
    /// else what was ordered for all.
    pub(crate) fn take_answer(&mut self, method: &str) -> Option<Given> {
        if self.answers.is_empty() {
            return None;
        }
        self.take_answer_of(method)
            .or_else(|| self.take_answer_of(EVERY_METHOD))
    }

    /// Likewise, for what is not a method of the API.
    pub(crate) fn take_answer_of(&mut self, name: &str) -> Option<Given> {
        self.answers.get_mut(name)?.take(false)
    }

    /// Likewise, if that is for anyone.
    pub(crate) fn take_answer_to_anyone(&mut self, method: &str) -> Option<Given> {
        if self.answers.is_empty() {
            return None;
        }
        for name in [method, EVERY_METHOD] {
            if let Some(answers) = self.answers.get_mut(name)
                && !answers.is_empty()
            {
                return answers.take(true);
            }
        }
        None
    }

    pub(crate) fn list_of(&self, method: &str) -> Option<Arc<List>> {
        self.lists.get(method).cloned()
    }
}

impl Answers {
    fn is_empty(&self) -> bool {
        self.next.is_empty() && self.then.is_none()
    }

    /// The one whose turn it is, if it is wanted.
    fn take(&mut self, only_to_anyone: bool) -> Option<Given> {
        let is_wanted = |to_anyone: bool| to_anyone || !only_to_anyone;
        let Some((answer, left)) = self.next.front_mut() else {
            return self.then.clone().filter(|given| match given {
                Given::Answer(answer) => is_wanted(answer.to_anyone),
                Given::By { to_anyone, .. } => is_wanted(*to_anyone),
            });
        };
        if !is_wanted(answer.to_anyone) {
            return None;
        }
        let answer = Arc::clone(answer);
        *left = left.saturating_sub(1);
        if *left == 0 {
            self.next.pop_front();
        }
        Some(Given::Answer(answer))
    }
}

/// What the portal is told to answer.
impl Sandbox {
    /// Answers calls of a method with an error; `*` stands for every method.
    /// Failures are used up in the order in which they were given.
    pub fn fail(&self, method: &str, failure: Failure) {
        self.state.controls().orders.fail(method, failure);
    }

    /// Lets the answers to requests of a method go wrong; `*` stands for every
    /// method and for the authorization server, `oauth.token` for that alone,
    /// and `batch` for batches. Commands in a batch meet only
    /// [errors](Fault::error) and [slips](Fault::slips).
    pub fn fault(&self, method: &str, fault: Fault) {
        let now = self.state.clock.instant();
        self.state.controls().faults.add(method, fault, now);
    }

    /// Answers calls of a method with a result, or with any [`Answer`], until
    /// it is [cleared](Self::clear). The method need not be a known one. `*`
    /// stands for every method, `oauth.token` for the authorization server.
    ///
    /// ```
    /// # let sandbox = bitrix24_sandbox::Sandbox::start()?;
    /// use bitrix24_sandbox::Answer;
    /// use serde_json::json;
    ///
    /// sandbox.answer("imbot.chat.get", json!({"ID": 5}));
    /// sandbox.answer("imbot.chat.get", Answer::text("text/html", "<p>Later</p>").status(503).times(2));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn answer(&self, method: &str, answer: impl Into<Answer>) {
        let answer = answer.into();
        self.state.controls().orders.answer(method, answer);
    }

    /// Answers calls of a method by a function of them, on the portal's thread: one that waits for
    /// the portal waits forever. The caller of one that panics gets `INTERNAL_SERVER_ERROR`,
    /// whose text says so.
    ///
    /// ```
    /// # let sandbox = bitrix24_sandbox::Sandbox::start()?;
    /// use bitrix24_sandbox::Answer;
    ///
    /// sandbox.answer_with("user.get", |call| Answer::result(call.parameters()["ID"].clone()));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn answer_with(
        &self,
        method: &str,
        function: impl Fn(&Recorded) -> Answer + Send + Sync + 'static,
    ) {
        let orders = &mut self.state.controls().orders;
        orders.answer_with(method, Arc::new(function), false);
    }

    /// Likewise, whatever the credential: see [`Answer::to_anyone`].
    pub fn answer_anyone_with(
        &self,
        method: &str,
        function: impl Fn(&Recorded) -> Answer + Send + Sync + 'static,
    ) {
        let orders = &mut self.state.controls().orders;
        orders.answer_with(method, Arc::new(function), true);
    }

    /// Answers calls of a method with the pages of a list. The method need not
    /// be a known one. It is one method: `*` does not stand for all here, and has no effect.
    pub fn list(&self, method: &str, list: List) {
        self.state.controls().orders.list(method, list);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_used_up() {
        let mut orders = Orders::default();
        orders.fail("A.b", Failure::code("ONE").times(2));
        orders.fail("*", Failure::code("TWO"));
        orders.fail("a.b", Failure::code("THREE").always());
        let mut codes = |method: &str| {
            orders
                .take_failure(method)
                .map_or(String::new(), |failure| failure.code)
        };
        assert_eq!(codes("c"), "TWO");
        assert_eq!(codes("c"), "");
        assert_eq!(
            ["a.b"; 4].map(&mut codes),
            ["ONE", "ONE", "THREE", "THREE"].map(String::from),
        );
    }
}
