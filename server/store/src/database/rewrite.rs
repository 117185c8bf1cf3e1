//! Statements as PostgreSQL wants them: numbered values, and one statement for many sets of them.

use tokio_postgres::types::Type;

/// `?1` is `$1` here, and a bare `?` the next of its kind. Statements hold no question mark else.
pub(super) fn numbered(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + 8);
    let mut n_bare = 0;
    let mut rest = sql.chars().peekable();
    while let Some(one) = rest.next() {
        match one {
            '?' if rest.peek().is_some_and(char::is_ascii_digit) => out.push('$'),
            '?' => {
                n_bare += 1;
                out.push_str(&format!("${n_bare}"));
            }
            other => out.push(other),
        }
    }
    out
}

/// `insert … values (…)` of one row as one of all rows, in their order.
pub(super) fn insert_of_all(sql: &str, types: &[Type]) -> String {
    let one = numbered(sql);
    let Some((before, rest)) = one.split_once("values (") else { return one };
    let Some((values, after)) = rest.split_once(')') else { return one };
    format!(
        "{before}select {} from {} u({}){after}",
        columns_of(values),
        arrays(types),
        names(types)
    )
}

/// A `select` for one set of values as one for all; the place of the set, from 1, is the last
/// column.
pub(super) fn select_of_all(sql: &str, types: &[Type]) -> String {
    let one = columns_of(&numbered(sql));
    format!(
        "select found.*, u.place from {} with ordinality u({}, place) cross join lateral ({one}) found",
        arrays(types),
        names(types)
    )
}

/// Whether a `select` finds its rows by a part, which is its first value.
pub(super) fn is_by_part(sql: &str) -> bool {
    sql.contains("part = ?1 ")
}

/// The same as [`select_of_all`] for sets of one part, which is said once more as a value of its
/// own: by it a distributed engine sends the whole statement to the one machine that has the part.
pub(super) fn select_of_part(sql: &str, types: &[Type]) -> String {
    let by_part = sql.replacen("part = ?1 ", "part = ?1 and part = any(?1s) ", 1);
    // A table's other name stands before both.
    let by_part = match sql
        .split_once(".part = ?1 ")
        .and_then(|(before, _)| before.rsplit(' ').next())
    {
        Some(alias) => by_part.replacen("and part = any", &format!("and {alias}.part = any"), 1),
        None => by_part,
    };
    select_of_all(&by_part, types).replace("u.p1s", "$1")
}

/// `$3` is the column `p3` of the arrays.
fn columns_of(sql: &str) -> String {
    sql.replace('$', "u.p")
}

fn names(types: &[Type]) -> String {
    (1..=types.len()).map(|n| format!("p{n}")).collect::<Vec<_>>().join(", ")
}

fn arrays(types: &[Type]) -> String {
    let arrays = types.iter().enumerate().map(|(n, of)| format!("${}::{}[]", n + 1, of.name()));
    format!("unnest({})", arrays.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered() {
        assert_eq!(numbered("a = ?1 and b = ?12"), "a = $1 and b = $12");
        assert_eq!(numbered("a = ? and b in (?, ?)"), "a = $1 and b in ($2, $3)");
    }

    #[test]
    fn one_row_becomes_all() {
        let types = [Type::INT8, Type::TEXT];
        assert_eq!(
            insert_of_all(
                "insert into t (a, b, c) values (0, ?1, ?2) on conflict do nothing",
                &types
            ),
            "insert into t (a, b, c) select 0, u.p1, u.p2 from unnest($1::int8[], $2::text[]) u(p1, p2) on conflict do nothing"
        );
        assert_eq!(
            select_of_part("select s.x from t s where s.part = ?1 and s.b = ?2", &types),
            "select found.*, u.place from unnest($1::int8[], $2::text[]) with ordinality u(p1, p2, place) \
             cross join lateral (select s.x from t s where s.part = u.p1 and s.part = any($1) and s.b = u.p2) found"
        );
        assert_eq!(
            select_of_all("select x from t where a = ?1 and b = ?2", &types),
            "select found.*, u.place from unnest($1::int8[], $2::text[]) with ordinality u(p1, p2, place) \
             cross join lateral (select x from t where a = u.p1 and b = u.p2) found"
        );
    }
}
