//! The path of every call: wait for a turn, send, look at what came of it, perhaps try again.

use std::{
    borrow::Cow,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use hyper::{Method, Request, header::LOCATION};
use serde::de::IgnoredAny;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{Instrument, debug, debug_span, info, warn};

use crate::{
    BoxFuture, Client, Error, LimitError, RequestError, Stopped, TransportError, Tries,
    address::{Address, is_method_name},
    batch::reference::has_marker,
    body::{Body, inside},
    envelope,
    learns::{Learns, resets_in},
    limit::{Limit, Seen, TooLate},
    live::{Live, Shared},
    method::Rest,
    oauth::{Epoch, TokenError, TokenErrorKind},
    process::Process,
    raw::{Call, Reply},
    retry::{NotRunBecause, Verdict},
    rules,
    stats::{Counters, count},
    transport::{self, Failure, Http},
};

/// How many addresses a portal may send a call to, one after the other.
const MAX_HOPS: usize = 5;

impl Client {
    /// Sends a call, as often as it takes and is safe, and waits for the whole answer, whatever it
    /// is.
    ///
    /// # Errors
    /// [`Error::Request`], [`Error::Limit`], [`Error::Token`] and [`Error::Transport`]; the rest
    /// shows when the answer is read.
    pub async fn send(&self, call: Call<'_>) -> Result<Reply, Error> {
        let shared = &*self.shared;
        check(&call, shared)?;
        let http = self.pool.get(&shared.connector);
        let http =
            http.map_err(|error| transport::no_pool(&error, call.method, &shared.scrubber()))?;
        let process = Process::current();
        let counters = shared.counters(process);
        let _under_way = counters.call();
        let shown = || shared.scrubber().scrub(call.method).into_owned();
        let span = debug_span!(target: "bitrix24", "call", method = shown());
        let timeout = call.timeout.or(self.options.timeout);
        let mut sending = Sending {
            client: self,
            http,
            shared,
            process,
            counters,
            method: call.method,
            rest: call.rest,
            repeatable: self.options.repeatable.unwrap_or(call.repeatable),
            deadline: timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
            body: Body::new(call.params),
            epoch: shared.begin(),
            made: 0,
            renewals: 0,
            uncertain: None,
        };
        // It stays where it is: whoever wraps it moves a reference.
        let run = pin!(sending.run());
        run.instrument(span).await
    }
}

/// Refuses what cannot be sent.
fn check(call: &Call<'_>, shared: &Shared) -> Result<(), RequestError> {
    const NOT_AN_OBJECT: &str = "the parameters are not a JSON object";
    const BY_PLACE: &str = "the parameters are a list: give those that go by their places as an \
                            object with the keys \"0\", \"1\" and so on";

    let refuse = |what: &str| {
        let scrubber = shared.scrubber();
        RequestError::new(scrubber.scrub(call.method), scrubber.scrub(what))
    };
    if !is_method_name(call.method) {
        return Err(refuse("this cannot be the name of a method"));
    }
    if inside(&call.params).is_none() {
        let positional = call.params.trim_ascii_start().starts_with(b"[");
        return Err(refuse(match positional {
            true => BY_PLACE,
            false => NOT_AN_OBJECT,
        }));
    }
    if !call.is_json {
        let text = str::from_utf8(&call.params).map_err(|_| refuse("the parameters are not UTF-8"));
        serde_json::from_str::<IgnoredAny>(text?)
            .map_err(|error| refuse(&format!("the parameters are not JSON: {error}")))?;
    }
    if has_marker(&call.params) {
        return Err(refuse(
            "the parameters refer to a result: that works in a batch only",
        ));
    }
    if !call.rules.is_empty() {
        let params = serde_json::from_slice(&call.params).map_err(|_| refuse(NOT_AN_OBJECT))?;
        rules::check(call.rules, &params, shared.auth).map_err(|what| refuse(&what))?;
    }
    Ok(())
}

/// A call under way.
struct Sending<'a> {
    client: &'a Client,
    http: &'a Http,
    shared: &'a Shared,
    process: Process,
    counters: &'a Counters,
    method: &'a str,
    rest: Rest,
    /// A second run does no harm.
    repeatable: bool,
    deadline: Option<Instant>,
    body: Body,
    /// When the call began, for the renewal of its token.
    epoch: Option<Epoch>,
    /// Tries so far.
    made: u32,
    /// Those of them that were made because of a new token.
    renewals: u32,
    /// The last try that may have run.
    uncertain: Option<Outcome>,
}

/// Whether a turn did not come at once.
struct Waited(bool);

/// What a try came to.
enum Outcome {
    Answer(Reply),
    Failure(TransportError),
}

impl Outcome {
    fn end(self, tries: Tries) -> Result<Reply, Error> {
        match self {
            Self::Answer(mut reply) => {
                reply.tries = tries;
                Ok(reply)
            }
            Self::Failure(mut error) => {
                error.tries = tries;
                Err(error.into())
            }
        }
    }
}

impl Sending<'_> {
    async fn run(&mut self) -> Result<Reply, Error> {
        let mut refused = None;
        loop {
            let live = match self.ready(refused).await {
                Ok(live) => live,
                Err((stopped, error)) => return self.did_not_run(stopped, |_| Err(error)),
            };
            let outcome = self.attempt(&live).await;
            let verdict = self.judge(&live, &outcome);
            if verdict == Verdict::DidNotRun(NotRunBecause::TokenExpired) && self.renewals == 0 {
                // A new token that is no better is the end of it.
                self.renewals = 1;
                match self.renewed(&live).await {
                    Some(Ok(())) => {
                        refused = None;
                        continue;
                    }
                    Some(Err(error)) => {
                        let stopped = error.tries().stopped;
                        return self.did_not_run(stopped, |_| Err(error));
                    }
                    None => {}
                }
            }
            let mut decision = self.decide(verdict);
            if let Decision::Pause(pause) = decision
                && self.time_left().is_some_and(|left| pause >= left)
            {
                decision = Decision::Stop(Stopped::NoTime);
            }
            let pause = match (decision, verdict) {
                (Decision::Pause(pause), _) => pause,
                (Decision::Stop(stopped), Verdict::DidNotRun(_)) => {
                    return self.did_not_run(stopped, |tries| outcome.end(tries));
                }
                (Decision::Stop(stopped), _) => {
                    return outcome.end(Tries::new(self.made, stopped));
                }
            };
            self.tell_retry(&live, &outcome, pause);
            sleep(pause).await;
            match verdict {
                Verdict::DidNotRun(because) => refused = Some(because),
                _ => (refused, self.uncertain) = (None, Some(outcome)),
            }
        }
    }

    /// The end of a call whose last try did not run: if an earlier one may have, that is what there
    /// is to report.
    fn did_not_run(
        &mut self,
        stopped: Stopped,
        otherwise: impl FnOnce(Tries) -> Result<Reply, Error>,
    ) -> Result<Reply, Error> {
        let tries = Tries::new(self.made, stopped);
        match self.uncertain.take() {
            Some(outcome) => outcome.end(tries),
            None => otherwise(tries),
        }
    }

    /// Waits for what a try needs: what is valid, and a turn.
    async fn ready(&self, refused: Option<NotRunBecause>) -> Result<Arc<Live>, (Stopped, Error)> {
        let stop = |error: Error| (error.tries().stopped, error);
        let live = self.live().await.map_err(stop)?;
        match self.turn(&live, refused).await {
            Ok(Waited(false)) => Ok(live),
            // Meanwhile the token may be another one, and the portal elsewhere.
            Ok(Waited(true)) => self.live().await.map_err(stop),
            Err(error) => Err((Stopped::NoTime, error.into())),
        }
    }

    /// What is valid now: a try, or another call, may have found the portal elsewhere.
    async fn live(&self) -> Result<Arc<Live>, Error> {
        match self.shared.live_at_once(self.epoch) {
            Some(live) => live.map_err(|error| self.no_token(error)),
            // Large and rare, so it has no place in the future of each call.
            None => Box::pin(self.in_time(self.shared.live(self.epoch, self.deadline))).await,
        }
    }

    /// Gets another token for the next try. `None`: there is no way to get one.
    async fn renewed(&self, live: &Live) -> Option<Result<(), Error>> {
        let renewed = self.shared.renewed(live, self.epoch);
        let renewed = async { Ok(renewed.await.transpose()?.map(drop)) };
        Box::pin(self.in_time(renewed)).await.transpose()
    }

    /// Waits for a token, for as long as the call may take.
    async fn in_time<T>(
        &self,
        token: impl Future<Output = Result<T, TokenError>>,
    ) -> Result<T, Error> {
        let token = match self.deadline {
            None => token.await,
            Some(deadline) => timeout_at(deadline, token).await.unwrap_or_else(|_| {
                let what = "the time of the call was up before there was a new one";
                Err(TokenError::new(TokenErrorKind::Deadline, what))
            }),
        };
        token.map_err(|error| self.no_token(error))
    }

    fn no_token(&self, error: TokenError) -> Error {
        let method = self.shared.scrubber().scrub(self.method).into_owned();
        let mut error = error.of_method(&method);
        let stopped = match error.kind() {
            TokenErrorKind::Deadline => Stopped::NoTime,
            _ => Stopped::Final,
        };
        error.tries = Tries::new(self.made, stopped);
        error.into()
    }

    /// Waits for a turn.
    async fn turn(
        &self,
        live: &Live,
        refused: Option<NotRunBecause>,
    ) -> Result<Waited, LimitError> {
        let mut turn = live.limits.turn(self.method);
        turn.at_most = self.time_left();
        turn.again = refused == Some(NotRunBecause::BucketFull);
        turn.process = Some(self.process);
        let mut acquired = live.limits.limiter().acquire(turn);
        let at_once = poll_fn(|context| Poll::Ready(acquired.as_mut().poll(context))).await;
        let (acquired, waited) = match at_once {
            Poll::Ready(acquired) => (acquired, false),
            Poll::Pending => (self.wait(live, acquired).await, true),
        };
        match acquired {
            Ok(()) => Ok(Waited(waited)),
            Err(TooLate { limit, wait }) => Err(LimitError {
                limit,
                wait,
                method: self.shown(live).into_owned(),
                tries: Tries::new(self.made, Stopped::NoTime),
            }),
        }
    }

    /// Waits for a turn that does not come at once.
    async fn wait(
        &self,
        live: &Live,
        acquired: BoxFuture<'_, Result<(), TooLate>>,
    ) -> Result<(), TooLate> {
        let start = Instant::now();
        let acquired = match self.deadline {
            None => acquired.await,
            Some(deadline) => match timeout_at(deadline, acquired).await {
                Ok(acquired) => acquired,
                // A limiter that does not look at the clock.
                Err(_) => Err(TooLate {
                    limit: Limit::Intensity,
                    wait: start.elapsed(),
                }),
            },
        };
        let waited = start.elapsed();
        self.counters.waited(waited);
        let seconds = waited.as_secs_f64();
        debug!(target: "bitrix24", method = &*self.shown(live), seconds, "waited for its turn");
        acquired
    }

    fn time_left(&self) -> Option<Duration> {
        let deadline = self.deadline?;
        Some(deadline.saturating_duration_since(Instant::now()))
    }

    /// Sends the call once, and on to wherever the portal has moved.
    async fn attempt(&mut self, live: &Arc<Live>) -> Outcome {
        // Where the portal is by its own words, one after the other.
        let mut moves: Vec<Address> = Vec::new();
        let mut now = Instant::now();
        let until = now.checked_add(self.client.options.read_timeout);
        let until = [until, self.deadline].into_iter().flatten().min();
        loop {
            if until.is_some_and(|until| until <= now) {
                return Outcome::Failure(transport::no_time(&self.shown(live)));
            }
            if moves.is_empty() {
                self.made += 1;
                if self.made > 1 {
                    count(&self.counters.retries);
                }
            }
            let body = self.body.with_token(live);
            let address = moves.last().unwrap_or(&live.address);
            let reply = match self.post(live, address, body, (now, until)).await {
                Ok(reply) => reply,
                Err(error) => return Outcome::Failure(error),
            };
            let next = reply.location_of_move().and_then(|location| {
                let next = address.moved(location, self.method, self.rest)?;
                // An address is told to people.
                if live.scrubber.scrub(next.portal()) != next.portal() {
                    return None;
                }
                let mut visited = moves.iter().chain([&live.address]);
                let known = visited.any(|address| address.portal() == next.portal());
                (!known && moves.len() < MAX_HOPS).then_some(next)
            });
            match next {
                Some(next) => {
                    moves.push(next);
                    now = Instant::now();
                }
                None => {
                    if let Some(address) = moves.last()
                        && reply.is_of_the_api()
                    {
                        self.moved(live, address);
                    }
                    return Outcome::Answer(reply);
                }
            }
        }
    }

    /// The call was answered at another address.
    fn moved(&self, live: &Live, address: &Address) {
        if !self.shared.move_to(live, address) {
            return;
        }
        count(&self.counters.moves);
        let portal = &*live.scrubber.scrub(address.portal());
        info!(target: "bitrix24", portal, "the portal has moved");
        let Some(hook) = &self.shared.on_moved else {
            return;
        };
        // The call has run: its answer must not be lost.
        let told = catch_unwind(AssertUnwindSafe(|| hook(address.portal())));
        if told.is_err() {
            warn!(target: "bitrix24", "the hook for a portal that has moved panicked");
        }
    }

    /// One request, and its whole answer.
    async fn post(
        &self,
        live: &Live,
        address: &Address,
        body: Bytes,
        (start, until): (Instant, Option<Instant>),
    ) -> Result<Reply, TransportError> {
        let method = self.shown(live);
        count(&self.counters.requests);
        let mut head = None;
        let answer = {
            let answer = pin!(self.exchange(live, address, body, &method, &mut head));
            // One clock for head and body, outside of the HTTP library: its own costs more.
            match until {
                None => Some(answer.await),
                Some(until) => timeout_at(until, answer).await.ok(),
            }
        };
        let answer = answer.unwrap_or_else(|| Err(transport::timed_out(&method, head)));
        let milliseconds = || start.elapsed().as_secs_f64() * 1e3;
        let attempt = self.made;
        match &answer {
            Ok(Reply { status, body, .. }) => debug!(
                target: "bitrix24", method = &*self.shown(live), attempt, status,
                bytes = body.len(), milliseconds = milliseconds(), "answered"
            ),
            Err(error) => debug!(
                target: "bitrix24", method = &*self.shown(live), attempt,
                milliseconds = milliseconds(), error = %error, "no answer"
            ),
        }
        answer
    }

    /// Sends a request and reads the answer. `head` gets the status as soon as it is known.
    async fn exchange(
        &self,
        live: &Live,
        address: &Address,
        body: Bytes,
        method: &str,
        head: &mut Option<u16>,
    ) -> Result<Reply, TransportError> {
        let scrubber = &live.scrubber;
        let uri = address.of(self.method, self.rest);
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri.ok_or_else(|| transport::no_address(method))?;
        *request.headers_mut() = self.shared.headers.clone();
        let answer = self.http.send(request).await;
        let mut answer = answer.map_err(|failure| failure.of(method, None, scrubber))?;
        let status = answer.status;
        *head = Some(status);
        let location = answer
            .headers
            .get(LOCATION)
            .map(|location| String::from_utf8_lossy(location.as_bytes()).into_owned());
        let broken = |failure: Failure| failure.of(method, Some(status), scrubber);
        let mut parts = Vec::new();
        while let Some(part) = answer.part().await.map_err(broken)? {
            parts.push(part);
        }
        Ok(Reply {
            method: method.to_owned(),
            status,
            location,
            body: joined(parts),
            scrubber: Arc::clone(scrubber),
            tries: Tries::default(),
            repeatable: self.repeatable,
            learns: Some(Learns(live.limits.clone())),
        })
    }

    /// What a try came to; the limiter learns from it.
    fn judge(&self, live: &Live, outcome: &Outcome) -> Verdict {
        let reply = match outcome {
            Outcome::Failure(error) => return Verdict::of_failure(error.kind()),
            Outcome::Answer(reply) => reply,
        };
        let refusal = envelope::refusal(reply.status, &reply.body);
        let verdict = Verdict::of_answer(reply.status, refusal.as_ref());
        let seen = match verdict {
            Verdict::DidNotRun(NotRunBecause::BucketFull) => Seen::BucketFull,
            Verdict::DidNotRun(NotRunBecause::OperatingSpent) => Seen::OperatingSpent {
                resets_in: refusal
                    .and_then(|refusal| refusal.time)
                    .and_then(|time| resets_in(&time)),
            },
            _ => return verdict,
        };
        let turn = live.limits.turn(self.method);
        live.limits.limiter().observe(turn, seen);
        verdict
    }

    fn decide(&self, verdict: Verdict) -> Decision {
        let retries = &self.client.options.retries;
        let is_spent = self.made - self.renewals >= retries.tries.max(1);
        match verdict {
            Verdict::MayHaveRun if !self.repeatable => Decision::Stop(Stopped::MayHaveRun),
            Verdict::DidNotRun(NotRunBecause::NotSent)
                if self.time_left().is_some_and(|left| left.is_zero()) =>
            {
                Decision::Stop(Stopped::NoTime)
            }
            Verdict::Final
            | Verdict::DidNotRun(NotRunBecause::NotSent | NotRunBecause::TokenExpired) => {
                Decision::Stop(Stopped::Final)
            }
            _ if is_spent => Decision::Stop(Stopped::Spent),
            // Also where the limiter knows when the method has rested: not every one does.
            _ => Decision::Pause(retries.pause(self.made)),
        }
    }

    fn tell_retry(&self, live: &Live, outcome: &Outcome, pause: Duration) {
        let (attempt, seconds) = (self.made, pause.as_secs_f64());
        match outcome {
            Outcome::Answer(Reply { status, .. }) => warn!(
                target: "bitrix24", method = &*self.shown(live), attempt, status, seconds,
                "will be tried again"
            ),
            Outcome::Failure(error) => warn!(
                target: "bitrix24", method = &*self.shown(live), attempt, seconds, error = %error,
                "will be tried again"
            ),
        }
    }

    /// The method for people, who may have called it by a secret.
    fn shown(&self, live: &Live) -> Cow<'_, str> {
        live.scrubber.scrub(self.method)
    }
}

/// The parts of a body in one piece. Most have only one, which is not copied.
fn joined(parts: Vec<Bytes>) -> Bytes {
    match <[Bytes; 1]>::try_from(parts) {
        Ok([only]) => only,
        Err(parts) => parts.concat().into(),
    }
}

enum Decision {
    Stop(Stopped),
    /// Try again, after so long.
    Pause(Duration),
}
