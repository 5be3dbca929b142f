//! A function in words: a sentence from its name and its parameters, and sentences on what
//! its text shows that it does. Says nothing that is not in the one or the other.

use super::facts::Facts;

/// Lines of a docstring are broken before this many characters.
pub(super) const WIDTH: usize = 80;
/// At most so many library calls are named.
const MOST_CALLS: usize = 4;

/// What the first word of a name may be for the name to be an order.
const VERBS: &str = " accumulate activate add adjust aggregate align analyze annotate append apply \
arrange assemble assert assign attach augment average backup balance bin blend bound break build \
bump cache calc calculate call capitalize cast categorize center change check choose chunk clamp \
clean cleanup clear clip clone close cluster coalesce coerce collapse collect color combine compare \
compile compose compress compute concat concatenate configure connect consolidate construct consume \
contract convert convolve copy correct count create crop cut deactivate debounce decode decompose \
decompress decorate decrease decrement decrypt dedent dedup dedupe deduplicate define delete denoise \
derive describe deserialize detect determine disable discard dispatch display distribute divide double \
download downsample draw drop dump duplicate edit embed emit enable encode encrypt enforce ensure \
enumerate erase escape estimate eval evaluate evict exclude exec execute expand explode export expose \
extend extract factorize fetch fill filter finalize find fit fix flag flatten flip fold force format \
forward freeze fuse gather generate get greet group grow guess handle hash halve hide highlight humanize \
identify ignore import impute include increase increment indent infer init initialize inject insert \
inspect install instantiate integrate interleave interpolate interpret intersect invert invoke isolate \
iterate join keep label launch leave limit list load locate lookup lower make mangle map mark mask \
match maximize measure merge minimize mix modify monitor move multiply mutate negate normalise \
normalize notify obtain offset open optimize order overlay override pack pad paint parse partition \
paste patch perform permute persist pick pivot plot pop populate post predict prefix prepare \
preprocess prepend print probe process produce project prompt propagate prune publish pull push put \
quantize query queue quote raise randomize rank read rearrange rebuild recover reduce refine refresh \
register reindex release reload remap remove rename render reorder repair repeat replace report \
request require resample rescale reset reshape resize resolve restore restrict retrieve return revert \
reverse rewrite rotate round run sample sanitise sanitize save scale scan schedule score scramble \
scrape search select send separate serialise serialize set setup shift shorten show shrink shuffle \
sift simplify simulate skip slice slugify smooth snap solve sort split spread square squash squeeze \
stack standardize start stem stop store stringify strip submit subtract suggest sum summarise \
summarize swap symmetrize sync take tally test tile toggle tokenise tokenize track train transform \
translate transliterate transpose traverse trim truncate try turn uncompress undo unescape unflatten \
unfold union unpack unquote unwrap unzip update upgrade upload upper upsample use validate vectorize \
verify visit walk warp weigh wrap write yield zip ";

/// Words behind which, or before which, no article belongs.
const NO_ARTICLE: &str = " a an the all any each every some no not by from to in into with of for on at \
as if and or only my its this that these those until between without within over under up down off out \
through per than via ";

fn is_among(list: &str, word: &str) -> bool {
    list.contains(&format!(" {word} "))
}

/// The words of a name: `parse_header_line`, `parseHeaderLine`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let characters: Vec<char> = name.chars().collect();
    for (at, &character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| characters[at]);
        let after = characters.get(at + 1);
        let begins = character.is_uppercase()
            && (before.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit())
                || (before.is_some_and(char::is_uppercase)
                    && after.is_some_and(|c| c.is_lowercase())));
        if character == '_' || begins {
            words.push(String::new());
        }
        if character != '_'
            && let Some(word) = words.last_mut()
        {
            word.push(character);
        }
    }
    words
        .into_iter()
        .filter(|word| !word.is_empty())
        .map(|word| {
            // `HTML`, `X1`: as it is.
            let is_acronym = word.len() > 1 && word.chars().all(|c| !c.is_lowercase());
            if is_acronym {
                word
            } else {
                word.to_lowercase()
            }
        })
        .collect()
}

/// The sentence that a docstring begins with.
pub(super) fn summary(function: &str, parameters: &[String], facts: &Facts) -> String {
    let name = function.rsplit('.').next().unwrap_or(function);
    let words = words(name);
    let first = parameters
        .iter()
        .find(|name| !matches!(name.as_str(), "self" | "cls"))
        .map(|name| format!("`{name}`"));
    let Some(head) = words.first().map(String::as_str) else {
        return format!("Run `{name}`.");
    };
    let rest = words[1..].join(" ");
    if name.starts_with("__") && name.ends_with("__") {
        return format!("Implement `{name}`.");
    }
    if matches!(
        head,
        "is" | "has" | "are" | "can" | "should" | "was" | "does" | "contains" | "needs" | "must"
    ) && !rest.is_empty()
    {
        let subject = first.unwrap_or_else(|| "this".to_owned());
        return format!("Tell whether {subject} {head} {rest}.");
    }
    let is_verb = |word: &str| is_among(VERBS, word);
    if let Some(at) = words.iter().position(|word| word == "to")
        && at > 0
        && at + 1 < words.len()
        && !is_verb(head)
    {
        return format!(
            "Convert {} to {}.",
            words[..at].join(" "),
            words[at + 1..].join(" ")
        );
    }
    if matches!(head, "to" | "as" | "from") && !rest.is_empty() {
        return match (head, first) {
            ("from", _) => format!("Convert from {rest}."),
            (_, Some(first)) => format!("Convert {first} to {rest}."),
            (_, None) => format!("Convert to {rest}."),
        };
    }
    // `sum_of_squares` is no order, though `sum` may be one.
    let is_order = is_verb(head) && !rest.starts_with("of ");
    if is_order {
        let verb = capitalised(match head {
            "calc" => "calculate",
            "eval" => "evaluate",
            "exec" => "execute",
            "init" => "initialize",
            "concat" => "concatenate",
            other => other,
        });
        let next = words.get(1).map_or("", String::as_str);
        return match (rest.is_empty(), first) {
            (true, Some(first)) => format!("{verb} {first}."),
            (true, None) => format!("{verb}."),
            (false, Some(first))
                if matches!(next, "by" | "to" | "into" | "with" | "from" | "as") =>
            {
                format!("{verb} {first} {rest}.")
            }
            (false, _) if is_among(NO_ARTICLE, next) || is_verb(next) => format!("{verb} {rest}."),
            (false, _) => format!("{verb} the {rest}."),
        };
    }
    let given = given(parameters);
    let all = words.join(" ");
    if all.len() <= 2 {
        return format!("Return the result{given}.");
    }
    if facts.yields {
        return format!("Yield the {all}{given}.");
    }
    match facts.returns {
        true if is_among(NO_ARTICLE, head) => format!("Return {all}{given}."),
        true => format!("Return the {all}{given}."),
        false => format!("Perform `{name}`{given}."),
    }
}

/// `, given `a` and `b``; nothing where that is a long list.
fn given(parameters: &[String]) -> String {
    let names: Vec<String> = parameters
        .iter()
        .filter(|name| !matches!(name.as_str(), "self" | "cls"))
        .map(|name| format!("`{name}`"))
        .collect();
    match names.len() {
        1..=3 => format!(", given {}", listed(&names)),
        _ => String::new(),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// Sentences on what the text shows, as lines.
pub(super) fn details(facts: &Facts) -> Vec<String> {
    let quoted = |name: &String| format!("`{name}`");
    let mut sentences = Vec::new();
    let calls: Vec<String> = facts.calls.iter().take(MOST_CALLS).map(quoted).collect();
    if !calls.is_empty() {
        let more = match facts.calls.len() > MOST_CALLS {
            true => format!("{}, among others", calls.join(", ")),
            false => listed(&calls),
        };
        sentences.push(format!("Uses {more}."));
    }
    let changed: Vec<String> = facts.changed.iter().map(quoted).collect();
    if !changed.is_empty() {
        sentences.push(format!("Changes {} in place.", listed(&changed)));
    }
    for (name, writes) in &facts.opened {
        sentences.push(match writes {
            true => format!("Writes the file at `{name}`."),
            false => format!("Reads the file at `{name}`."),
        });
    }
    if facts.prints {
        sentences.push("Prints to the standard output.".to_owned());
    }
    wrapped(&sentences.join(" "), WIDTH)
}

/// A text broken into lines.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_sentences() {
        let facts = Facts {
            returns: true,
            ..Facts::default()
        };
        let table = [
            ("parse_header_line", "line", "Parse the header line."),
            ("parseHTMLTable", "text", "Parse the HTML table."),
            ("is_prime", "n", "Tell whether `n` is prime."),
            (
                "has_duplicates",
                "items",
                "Tell whether `items` has duplicates.",
            ),
            (
                "celsius_to_fahrenheit",
                "c",
                "Convert celsius to fahrenheit.",
            ),
            ("convert_to_int", "text", "Convert `text` to int."),
            ("to_snake_case", "name", "Convert `name` to snake case."),
            ("split_by_comma", "text", "Split `text` by comma."),
            ("get_all_words", "text", "Get all words."),
            ("count", "items", "Count `items`."),
            (
                "sum_of_squares",
                "xs",
                "Return the sum of squares, given `xs`.",
            ),
            (
                "_moving_average",
                "xs n",
                "Return the moving average, given `xs` and `n`.",
            ),
            ("find_and_replace", "text", "Find and replace."),
            ("f", "x", "Return the result, given `x`."),
            ("double", "n", "Double `n`."),
            ("Stack.push", "self item", "Push `item`."),
            ("Point.__add__", "self other", "Implement `__add__`."),
            ("calc_mean", "xs", "Calculate the mean."),
        ];
        for (name, parameters, wanted) in table {
            let parameters: Vec<String> =
                parameters.split_whitespace().map(str::to_owned).collect();
            assert_eq!(summary(name, &parameters, &facts), wanted);
        }
        let generator = Facts {
            yields: true,
            ..Facts::default()
        };
        assert_eq!(
            summary("chunks", &["items".to_owned()], &generator),
            "Yield the chunks, given `items`."
        );
        assert_eq!(
            summary("main_loop", &[], &Facts::default()),
            "Perform `main_loop`."
        );
    }
}
