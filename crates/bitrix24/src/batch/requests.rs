//! Requests that go together, and the shape of their answers.

use super::{Answers, Batch};
use crate::{Answer, Error, method::Method};

/// What becomes of one request.
pub type Outcome<M> = Result<Answer<<M as Method>::Output>, Error<<M as Method>::Error>>;

/// Requests that [`Client::batch`](crate::Client::batch) sends together: a tuple of up to twelve,
/// whose methods may differ, a vector or an array. The answers come in the same shape.
///
/// | requests | outcomes |
/// |---|---|
/// | `(A, B, …)` | `(Outcome<A>, Outcome<B>, …)` |
/// | `Vec<M>` | `Vec<Outcome<M>>` |
/// | `[M; N]` | `[Outcome<M>; N]` |
///
/// It cannot be implemented elsewhere.
pub trait Requests: sealed::Sealed {
    /// The same shape with an [`Outcome`] for each request.
    type Outcomes;

    #[doc(hidden)]
    fn add_to(self, batch: &mut Batch);

    #[doc(hidden)]
    fn outcomes(count: usize, answers: &mut Answers) -> Self::Outcomes;
}

mod sealed {
    #[expect(unnameable_types, reason = "this is how a trait is sealed")]
    pub trait Sealed {}
}

impl<M: Method> sealed::Sealed for Vec<M> {}

impl<M: Method> Requests for Vec<M> {
    type Outcomes = Vec<Outcome<M>>;

    fn add_to(self, batch: &mut Batch) {
        for request in self {
            batch.add(request);
        }
    }

    fn outcomes(count: usize, answers: &mut Answers) -> Self::Outcomes {
        (0..count).map(|_| answers.next::<M>()).collect()
    }
}

impl<M: Method, const N: usize> sealed::Sealed for [M; N] {}

impl<M: Method, const N: usize> Requests for [M; N] {
    type Outcomes = [Outcome<M>; N];

    fn add_to(self, batch: &mut Batch) {
        for request in self {
            batch.add(request);
        }
    }

    fn outcomes(_: usize, answers: &mut Answers) -> Self::Outcomes {
        std::array::from_fn(|_| answers.next::<M>())
    }
}

macro_rules! tuples {
    ($(($($name:ident)+))+) => {$(
        impl<$($name: Method),+> sealed::Sealed for ($($name,)+) {}

        impl<$($name: Method),+> Requests for ($($name,)+) {
            type Outcomes = ($(Outcome<$name>,)+);

            #[allow(non_snake_case, reason = "the variables are named after their types")]
            fn add_to(self, batch: &mut Batch) {
                let ($($name,)+) = self;
                $(batch.add($name);)+
            }

            fn outcomes(_: usize, answers: &mut Answers) -> Self::Outcomes {
                ($(answers.next::<$name>(),)+)
            }
        }
    )+};
}

tuples! {
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E F)
    (A B C D E F G)
    (A B C D E F G H)
    (A B C D E F G H I)
    (A B C D E F G H I J)
    (A B C D E F G H I J K)
    (A B C D E F G H I J K L)
}
