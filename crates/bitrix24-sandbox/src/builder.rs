//! How a portal is set up and started.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    sync::Arc,
    thread,
};

use tokio::sync::oneshot;

use crate::{
    api::Api,
    auth::{Secrets, USER},
    deliver::{self, Delivery, Outbox, Reach},
    limits::{Intensity, Plan},
    log::Recorded,
    sandbox::Sandbox,
    server::{self, Place},
    state::{Observer, Setup, State},
    tls::Identity,
};

/// Options of a portal, from [`Sandbox::builder`].
#[derive(Default)]
#[must_use]
pub struct Builder {
    port: u16,
    address: Option<IpAddr>,
    tls: bool,
    names: Vec<String>,
    contract: Option<String>,
    setup: Setup,
    observer: Option<Observer>,
    delivery_observer: Option<deliver::Observer>,
    reach: Reach,
}

impl Builder {
    /// The port to listen on; 0, the default, takes a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The address to listen on, such as `0.0.0.0`, instead of the loopback
    /// interface. Anybody who reaches it can give orders.
    pub fn listen(mut self, address: IpAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// Serves https, with a certificate for `localhost`, `127.0.0.1` and `::1`
    /// by an authority that is made for this run:
    /// [`certificate`](Sandbox::certificate) is what clients must trust.
    #[cfg(feature = "tls")]
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Serves https with a certificate that is good for these host names and
    /// addresses as well.
    #[cfg(feature = "tls")]
    pub fn tls_names(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.tls = true;
        self.names.extend(names.into_iter().map(Into::into));
        self
    }

    /// Answers calls of a webhook over plain http as a real portal does, with
    /// `INVALID_REQUEST`.
    pub fn https_only(mut self) -> Self {
        self.setup.https_only = true;
        self
    }

    /// Serves another API than the one that this crate was built with, from
    /// the JSON that the generator makes of a description.
    pub fn contract(mut self, json: impl Into<String>) -> Self {
        self.contract = Some(json.into());
        self
    }

    /// Gives the portal the limits of a plan. Without this, all requests find
    /// room, and a method may use up eight minutes of execution time.
    pub fn plan(mut self, plan: Plan) -> Self {
        self.setup.plan = Some(plan);
        self
    }

    /// Where users return to who have authorised the application in a browser.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.setup.redirect_uri = Some(uri.into());
        self
    }

    /// Refuses requests with `QUERY_LIMIT_EXCEEDED` for which a bucket of this
    /// depth has no room, rather than as the [plan](Self::plan) says. Each source
    /// has a bucket of its own: `127.0.0.1` and `127.0.0.2` are two. Each request of a method takes a place, and so many
    /// places become free once a second. Without this, all requests find room.
    pub fn intensity(mut self, depth: u32, per_second: f64) -> Self {
        self.setup.intensity = Some(Intensity::new(depth, per_second));
        self
    }

    /// Starts a portal that keeps nothing: every method gives its documented answer,
    /// whatever was called before. [`Sandbox::keep_state`] changes that later.
    pub fn documented(mut self) -> Self {
        self.setup.documented = true;
        self
    }

    /// Lets faults by chance meet the same requests whenever it is the same; otherwise it differs
    /// from run to run.
    pub fn seed(mut self, seed: u64) -> Self {
        self.setup.seed = Some(seed);
        self
    }

    /// Calls this with every call once it is in the log, before its answer is sent, on the portal's
    /// thread. If it panics, the call is answered all the same.
    pub fn on_request(mut self, observer: impl Fn(&Recorded) + Send + Sync + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Calls this with every event after a handler was sent it, whatever came of it, on the
    /// portal's thread.
    pub fn on_delivery(mut self, observer: impl Fn(&Delivery) + Send + Sync + 'static) -> Self {
        self.delivery_observer = Some(Box::new(observer));
        self
    }

    /// Sends events to handlers on other machines as well, in plain HTTP.
    pub fn deliver_anywhere(mut self) -> Self {
        self.reach = Reach::Anywhere;
        self
    }

    /// Starts the portal.
    ///
    /// # Errors
    ///
    /// When the port is taken, the system has no random bytes or threads left,
    /// or the contract is not one.
    pub fn start(self) -> io::Result<Sandbox> {
        let api = Api::new(self.contract.as_deref())?;
        let identity = if self.tls {
            let mut names = self.names;
            names.extend(self.address.map(|address| address.to_string()));
            Some(Identity::new(names)?)
        } else {
            None
        };
        let security = identity.as_ref().map(Identity::security);
        let scheme = if self.tls { "https" } else { "http" };
        let address = self.address.unwrap_or(Ipv4Addr::LOCALHOST.into());
        let (listener, url) = listen(scheme, (address, self.port).into())?;
        let (new_listener, new_url) = listen(scheme, (address, 0).into())?;
        let state = Arc::new(State::new(
            [url, new_url],
            api,
            Secrets::random()?,
            self.setup,
            self.observer,
            Outbox::new(self.delivery_observer),
        ));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let served = Arc::clone(&state);
        let (listener, new_listener) = {
            let _runtime = runtime.enter();
            (
                tokio::net::TcpListener::from_std(listener)?,
                tokio::net::TcpListener::from_std(new_listener)?,
            )
        };
        let thread = thread::Builder::new()
            .name("bitrix24-sandbox".to_owned())
            .spawn(move || {
                runtime.spawn(deliver::run(Arc::clone(&served), self.reach));
                let (new_security, new_served) = (security.clone(), Arc::clone(&served));
                runtime.spawn(server::serve(listener, security, served, Place::Old));
                runtime.spawn(server::serve(
                    new_listener,
                    new_security,
                    new_served,
                    Place::New,
                ));
                // Ends when the portal is dropped; open connections end with the runtime.
                let _ = runtime.block_on(stopped);
            })?;

        Ok(Sandbox {
            webhook_url: format!("{}/rest/{USER}/{}/", state.url, state.secrets.webhook),
            state,
            identity,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

/// A listener and the URL by which this machine reaches it.
fn listen(scheme: &str, address: SocketAddr) -> io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind(address)
        .map_err(|error| io::Error::new(error.kind(), format!("{address}: {error}")))?;
    listener.set_nonblocking(true)?;
    let mut address = listener.local_addr()?;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    Ok((listener, format!("{scheme}://{address}")))
}
