# The functions that headers declare, one a line: header, tab, signature, tab, the first sentence of its comment.
#   awk -f scripts/signatures.awk core/array.hpp ops/*.hpp
# Members stand under their class, "Array::item() const". What belongs to the library itself is left out: namespaces
# detail, private members. So is the last parameter of many functions, Location at = Location::current().

function trimmed(s) { gsub(/[ \t]+/, " ", s); sub(/^ /, "", s); sub(/ $/, "", s); return s }

function first_sentence(s) {
  if (match(s, /[.;:]( [A-Z]|$)/)) s = substr(s, 1, RSTART - 1)
  sub(/, throws .*/, "", s)
  return s
}

# Whether what is declared here is for users.
function is_public(    i) {
  for (i = 1; i <= depth; ++i)
    if (kind[i] == "other" || name[i] == "detail" || (kind[i] == "class" && !open[i])) return 0
  return depth > 0
}

# The class before the name of its member: "double Array::item() const".
function with_scope(s, scope,    at, head) {
  at = index(s, "operator")
  if (!at) {
    head = s
    sub(/^template <[^(]*> /, "", head)
    head = substr(head, 1, index(head, "(") - 1)
    match(head, /[A-Za-z_0-9]+$/)
    at = length(s) - length(substr(s, index(s, head "("))) + RSTART
  }
  return substr(s, 1, at - 1) scope substr(s, at)
}

# Without requires(...).
function without_requires(s,    at, i, c, level) {
  at = index(s, " requires(")
  if (!at) return s
  for (i = at + 9; i <= length(s); ++i) {
    c = substr(s, i, 1)
    level += (c == "(") - (c == ")")
    if (level == 0) break
  }
  return substr(s, 1, at - 1) substr(s, i + 1)
}

function emit(s,    before, scope, own, i) {
  s = without_requires(trimmed(s))
  if (!is_public() || index(s, "(") == 0) return
  if (s ~ /= delete$/) comment = ""
  if (s ~ /^(using|typedef|friend|return|static_assert|~|,|:)/ || s ~ /= (delete|default)$/ || s ~ /operator=[^=]|~/)
    return
  while (sub(/^(inline|constexpr|explicit|virtual|static|\[\[nodiscard\]\]|\[\[noreturn\]\]) /, "", s)) {}
  sub(/> (inline|constexpr|explicit|static) /, "> ", s)
  sub(/\) : .*/, ")", s)
  sub(/\) noexcept : .*/, ") noexcept", s)
  sub(/ = 0$/, "", s)
  gsub(/,? ?Location (at|where) = Location::current\(\)/, "", s)
  before = s
  sub(/^template <[^(]*> /, "", before)
  if (before !~ /operator/) {
    before = substr(before, 1, index(before, "(") - 1)
    if (before ~ /[=]/ || gsub(/</, "<", before) != gsub(/>/, ">", before)) return
  }
  for (i = 1; i <= depth; ++i)
    if (kind[i] == "class") { scope = scope name[i] "::"; own = name[i] }
  if (own && (s ~ "^" own "\\((const )?" own "&&?[ a-z]*\\)")) return  # copies and moves
  s = with_scope(s, scope)
  sub(/\[\]\(/, "[] (", s)  # or a page of Markdown had a link there
  printf "%s\t%s\t%s\n", FILENAME, s, first_sentence(comment)
}

function push(s,    n) {
  if (s ~ /\(/) emit(s)
  ++depth
  name[depth] = ""
  kind[depth] = "other"
  open[depth] = 1
  s = trimmed(s)
  if (s ~ /^(inline )?namespace/) {
    kind[depth] = "namespace"
    n = split(s, words, /[ :]+/)
    name[depth] = s ~ /detail/ ? "detail" : n > 1 ? words[n] : "detail"
  } else if (s !~ /\(/ && match(s, /(class|struct) ([A-Z][A-Za-z_0-9]*|\[\[[a-z]+\]\] [A-Z][A-Za-z_0-9]*)/)) {
    kind[depth] = "class"
    name[depth] = substr(s, RSTART, RLENGTH)
    sub(/^(class|struct) (\[\[[a-z]+\]\] )?/, "", name[depth])
    open[depth] = s ~ /(^|> )struct/
    comment = ""
  }
}

FNR == 1 { depth = parens = braces = 0; statement = comment = ""; declared = 0 }
/^#/ { next }
/^ *\/\// {
  text = $0
  sub(/^ *\/\/ ?/, "", text)
  if (declared || !in_comment) comment = ""
  comment = comment (comment ? " " : "") text
  in_comment = 1
  declared = 0
  next
}
{ in_comment = 0 }
/^ *$/ { comment = ""; next }
/^ *(public|private|protected):$/ { open[depth] = $0 ~ /public/; next }
{
  line = $0
  sub(/ *\/\/.*/, "", line)
  for (i = 1; i <= length(line); ++i) {
    c = substr(line, i, 1)
    if (c == "(") ++parens
    if (c == ")") --parens
    if (parens > 0 || braces > 0) {
      if (c == "{" && parens == 0) ++braces
      if (c == "}" && parens == 0) --braces
      statement = statement c
    } else if (c == "{" && statement ~ /= *$/) {
      ++braces
      statement = statement c
    } else if (c == "{") {
      push(statement)
      statement = ""
      declared = 1
    } else if (c == "}") {
      --depth
      statement = ""
      declared = 1
    } else if (c == ";") {
      emit(statement)
      statement = ""
      declared = 1
    } else {
      statement = statement c
    }
  }
  statement = statement " "
}
