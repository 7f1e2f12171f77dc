//! Times as sources write them, to seconds since 1970.

/// The largest second: the end of the year 9999.
const MAX_SECONDS: i64 = 253_402_300_799;
/// A number above this is milliseconds: as seconds it would be the year 5138.
const SECONDS_BELOW: f64 = 1e11;

/// A number of seconds, or of milliseconds if it is above 10¹¹. `None` before 1970 and after 9999.
pub fn of_number(number: f64) -> Option<i64> {
    let seconds = if number > SECONDS_BELOW { number / 1e3 } else { number };
    (0.0..=MAX_SECONDS as f64).contains(&seconds).then_some(seconds as i64)
}

/// A number as text, or RFC 3339: `2024-05-01T12:00:00.5+02:00`, `2024-05-01 12:00:00`, `2024-05-01`. A time
/// without an offset is UTC.
pub fn of_text(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return of_number(number);
    }
    let (date, rest) = text.split_at_checked(10)?;
    let mut parts = date.split('-');
    let (year, month, day) = (
        number(parts.next()?, 4)?,
        number(parts.next()?, 2)?,
        number(parts.next()?, 2)?,
    );
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if parts.next().is_some() || !(1..=days).contains(&day) {
        return None;
    }
    let seconds = days_since_1970(year, month, day) * 86_400 + time_of_day(rest)?;
    (0..=MAX_SECONDS).contains(&seconds).then_some(seconds)
}

/// `T12:00:00.5+02:00` to seconds; nothing at all is midnight.
fn time_of_day(rest: &str) -> Option<i64> {
    if rest.is_empty() {
        return Some(0);
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (time, zone) = match rest.find(['Z', 'z', '+', '-']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut parts = time.split(':');
    let (hour, minute) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |text| number(text, 2))?;
    if hour > 23 || minute > 59 || second > 60 || parts.next().is_some() {
        return None;
    }
    let offset = match zone.as_bytes().first() {
        None => 0,
        Some(b'Z' | b'z') if zone.len() == 1 => 0,
        Some(sign @ (b'+' | b'-')) => {
            let (hours, minutes) = zone[1..].split_once(':')?;
            let offset = number(hours, 2)? * 3600 + number(minutes, 2)? * 60;
            if *sign == b'-' { -offset } else { offset }
        }
        _ => return None,
    };
    Some(hour * 3600 + minute * 60 + second.min(59) - offset)
}

fn number(digits: &str, length: usize) -> Option<i64> {
    let plain = digits.len() == length && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}

/// Howard Hinnant's `days_from_civil`.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_milliseconds_and_rfc_3339_say_the_same_time() {
        for text in [
            "1714557600",
            "1714557600000",
            "1714557600.25",
            "2024-05-01T10:00:00Z",
            "2024-05-01T12:00:00.500+02:00",
            "2024-05-01t04:30:00-05:30",
            "2024-05-01 10:00",
        ] {
            assert_eq!(of_text(text), Some(1_714_557_600), "{text}");
        }
        assert_eq!(of_text("2024-02-29"), Some(1_709_164_800));
        assert_eq!(of_text("1970-01-01"), Some(0));
        assert_eq!(of_text("2000-12-31T23:59:59Z"), Some(978_307_199));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "soon",
            "2023-02-29",
            "2024-13-01",
            "2024-1-1",
            "2024-05-01T25:00:00Z",
            "2024-05-01T10:00:00+0200",
            "2024-05-01T10:00:00.Z",
            "1969-12-31",
            "-1",
            "nan",
            "1e300",
            "２０２４-05-01",
        ] {
            assert_eq!(of_text(text), None, "{text}");
        }
    }
}
