use super::{ContactDraft, Violation};
use crate::text::{is_bidi_control, trimmed};

/// The most Unicode scalar values a name has.
pub const NAME_MAX: usize = 50;
/// The most characters a telephone number has.
pub const PHONE_MAX: usize = 20;

/// Whom to answer: given only if the person wants a reply, seen only by those who handle the
/// rating.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    name: String,
    phone: String,
}

impl Contact {
    /// Reads what a person typed; `None` when both fields are empty.
    ///
    /// # Errors
    /// Every violation: the name too long or with control characters, also those of direction, the
    /// telephone number with anything but digits, spaces, `+`, `-` and brackets, or without a
    /// digit.
    pub fn parse(draft: &ContactDraft) -> Result<Option<Self>, Vec<Violation>> {
        let (name, phone) = (trimmed(&draft.name), draft.phone.trim());
        let mut violations = Vec::new();
        let length = name.chars().count();
        if length > NAME_MAX {
            violations.push(Violation::ContactNameTooLong { max: NAME_MAX, found: length });
        }
        if name.chars().any(|one| one.is_control() || is_bidi_control(one)) {
            violations.push(Violation::ContactNameMalformed);
        }
        if !phone.is_empty() && !is_phone(phone) {
            violations.push(Violation::ContactPhoneMalformed);
        }
        if !violations.is_empty() {
            return Err(violations);
        }
        let given = !name.is_empty() || !phone.is_empty();
        Ok(given.then(|| Self { name: name.to_owned(), phone: phone.to_owned() }))
    }

    /// The name, empty if only a number was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The telephone number as typed, empty if only a name was given.
    pub fn phone(&self) -> &str {
        &self.phone
    }
}

/// A name as others may see it: `张*`.
pub fn masked_name(name: &str) -> String {
    name.chars().next().map_or_else(String::new, |first| format!("{first}*"))
}

/// A telephone number as others may see it: `138****1234`; a short one shows its last two digits
/// only.
pub fn masked_phone(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    match digits.len() {
        0 => String::new(),
        n if n >= 11 => format!("{}****{}", &digits[..3], &digits[n - 4..]),
        n => format!("****{}", &digits[n.saturating_sub(2)..]),
    }
}

fn is_phone(phone: &str) -> bool {
    phone.len() <= PHONE_MAX
        && phone.chars().all(|c| c.is_ascii_digit() || " +-()".contains(c))
        && phone.chars().filter(char::is_ascii_digit).count() >= 5
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(name: &str, phone: &str) -> Result<Option<Contact>, Vec<Violation>> {
        Contact::parse(&ContactDraft { name: name.into(), phone: phone.into() })
    }

    #[test]
    fn two_empty_fields_are_no_contact() {
        assert_eq!(parse("  ", ""), Ok(None));
    }

    #[test]
    fn numbers_are_taken_as_people_write_them() {
        for phone in ["13800001234", "0514-8765 4321", "+86 138 0000 1234", "12345"] {
            assert_eq!(parse("", phone).unwrap().unwrap().phone(), phone);
        }
    }

    #[test]
    fn every_fault_is_named_at_once() {
        assert_eq!(
            parse(&"王".repeat(51), "打我电话"),
            Err(vec![
                Violation::ContactNameTooLong { max: 50, found: 51 },
                Violation::ContactPhoneMalformed
            ])
        );
    }

    /// PIPL: masked names and numbers (张*, 138****1234).
    #[test]
    fn what_others_see_of_a_contact_is_masked() {
        assert_eq!((masked_name("欧阳示例"), masked_name("")), ("欧*".to_owned(), String::new()));
        for (phone, expected) in [
            ("138 0013 1234", "138****1234"),
            ("+86-13800131234", "861****1234"),
            ("8321 4567", "****67"),
            ("12345", "****45"),
            ("", ""),
        ] {
            assert_eq!(masked_phone(phone), expected);
        }
    }
}
