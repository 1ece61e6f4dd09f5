//! Numbers as people read them.

/// With a comma after each three digits.
pub(crate) fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits.as_str()),
    };
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{sign}{text}")
}

/// Three digits, whatever the size.
pub(crate) fn short(number: f64) -> String {
    match number.abs() {
        size if size >= 100.0 || size == 0.0 => grouped(number),
        size if size >= 10.0 => format!("{number:.1}"),
        size if size >= 0.1 => format!("{number:.2}"),
        _ => format!("{number:.3}"),
    }
}

/// A time.
pub(crate) fn seconds(seconds: f64) -> String {
    let (factor, unit) = match seconds.abs() {
        size if size < 1e-3 => (1e6, "µs"),
        size if size < 1.0 => (1e3, "ms"),
        _ => (1.0, "s"),
    };
    format!("{} {unit}", short(seconds * factor))
}

/// A size.
pub(crate) fn bytes(bytes: f64) -> String {
    let (factor, unit) = match bytes {
        size if size < 1e3 => (1.0, "B"),
        size if size < 1e6 => (1e-3, "kB"),
        _ => (1e-6, "MB"),
    };
    format!("{} {unit}", short(bytes * factor))
}

#[cfg(test)]
mod tests {
    use super::{bytes, grouped, seconds, short};

    #[test]
    fn writes_numbers() {
        assert_eq!(grouped(1_234_567.0), "1,234,567");
        assert_eq!(grouped(-123.4), "-123");
        assert_eq!(grouped(1000.0), "1,000");
        assert_eq!(short(31.25), "31.2");
        assert_eq!(short(0.987), "0.99");
        assert_eq!(short(0.0123), "0.012");
        assert_eq!(short(0.0), "0");
    }

    #[test]
    fn finds_units() {
        assert_eq!(seconds(0.000_031_25), "31.2 µs");
        assert_eq!(seconds(0.025), "25.0 ms");
        assert_eq!(seconds(12.0), "12.0 s");
        assert_eq!(bytes(999.0), "999 B");
        assert_eq!(bytes(3_354_000.0), "3.35 MB");
        assert_eq!(bytes(1_500.0), "1.50 kB");
    }
}
