#include <fmt/format.h>

#include <algorithm>

#include "core/cmdlet.h"
#include "core/property_expression.h"
#include "core/text.h"

namespace hvsh::verbs {

namespace {

// As .NET's WebUtility.HtmlEncode: markup, the Latin-1 letters, and what is beyond the basic plane.
std::string html_encode(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size();) {
    const size_t begin = i;
    const char32_t c = next_code_point(text, i);
    switch (c) {
      case '<': result += "&lt;"; continue;
      case '>': result += "&gt;"; continue;
      case '&': result += "&amp;"; continue;
      case '"': result += "&quot;"; continue;
      case '\'': result += "&#39;"; continue;
      default: break;
    }
    if ((c >= 160 && c < 256) || c >= 0x10000) {
      result += fmt::format("&#{};", static_cast<uint32_t>(c));
    } else {
      result += text.substr(begin, i - begin);
    }
  }
  return result;
}

std::string cell_text(const Value& value) {
  if (value.is_null()) return {};
  const bool collection = value.is_object(ObjectKind::array) || value.is_object(ObjectKind::list);
  return html_encode(collection ? type_names(value)[0] : to_string(value));
}

constexpr std::string_view kAs[] = {"Table", "List"};

}  // namespace

struct ConvertToHtml {
  Value input_object;
  std::vector<Value> property;
  std::vector<std::string> body, head, pre_content, post_content;
  std::string title = "HTML TABLE", as = "Table", css_uri, charset;
  Ref<MapObject> meta;
  Switch transitional, fragment;

  enum Set : SetMask { Page = 1, Fragment = 2 };
  static constexpr std::string_view kSets[] = {"Page", "Fragment"};
  static constexpr Param kParams[] = {
      param<&ConvertToHtml::input_object>("InputObject", {.from_pipeline = true}, "Objects to show."),
      param<&ConvertToHtml::property>("Property", {.position = 0},
                                      "Their properties: names or @{Label=; Expression=}."),
      param<&ConvertToHtml::body>("Body", {.sets = Page, .position = 3}, "Lines behind the body's begin."),
      param<&ConvertToHtml::head>("Head", {.sets = Page, .position = 1},
                                  "Lines of the head, in the title's place."),
      param<&ConvertToHtml::title>("Title", {.sets = Page, .position = 2, .not_null_or_empty = true},
                                   "The page's title."),
      param<&ConvertToHtml::as>("As", {.not_null_or_empty = true, .values = kAs}, "A table or a list."),
      param<&ConvertToHtml::css_uri>("CssUri",
                                     {.sets = Page, .not_null_or_empty = true, .aliases = {"cu", "uri"}},
                                     "A style sheet's address."),
      param<&ConvertToHtml::fragment>("Fragment", {.sets = Fragment, .not_null_or_empty = true},
                                      "The table alone, without a page around it."),
      param<&ConvertToHtml::post_content>("PostContent", {.not_null_or_empty = true},
                                          "Lines behind the table."),
      param<&ConvertToHtml::pre_content>("PreContent", {.not_null_or_empty = true},
                                         "Lines before the table."),
      param<&ConvertToHtml::meta>("Meta", {.sets = Page, .not_null_or_empty = true},
                                  "Meta elements, as a hashtable."),
      param<&ConvertToHtml::charset>("Charset", {.sets = Page, .not_null_or_empty = true},
                                     "The page's encoding."),
      param<&ConvertToHtml::transitional>("Transitional", {.sets = Page}, "The looser document type."),
  };
  static constexpr Example kExamples[] = {
      {"[pscustomobject]@{ A = 1; B = '<' } | ConvertTo-Html -Fragment",
       "<table>\n<colgroup><col/><col/></colgroup>\n<tr><th>A</th><th>B</th></tr>\n"
       "<tr><td>1</td><td>&lt;</td></tr>\n</table>",
       "Makes a table."}};
  static constexpr Decl decl{.verb = "ConvertTo",
                             .noun = "Html",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.ConvertToHtmlCommand",
                             .synopsis = "Shows objects as HTML."};

  Flow begin(Context& context) {
    static constexpr std::string_view kKeys[] = {"Width", "Alignment"};
    for (const Value& value : property) {
      auto expression = parse_property_expression(value, kKeys);
      if (!expression) return context.terminate(expression.take_error(), value);
      expressions_.push_back(expression.take());
    }
    if (expressions_.empty()) expressions_.push_back({.name = "*", .block = {}});
    if (!fragment) {
      if (const Flow flow = write_head(context); flow != Flow::more) return flow;
    }
    if (const Flow flow = lines(context, pre_content); flow != Flow::more) return flow;
    return line(context, "<table>");
  }

  Flow process(Context& context) {
    if (input_object.is_null()) return Flow::more;
    const FormattingPass pass;
    const bool first = columns_.empty();
    if (first) set_columns();
    return equal_ascii(as, "List") ? write_list(context, first) : write_row(context, first);
  }

  Flow end(Context& context) {
    if (const Flow flow = line(context, "</table>"); flow != Flow::more) return flow;
    if (const Flow flow = lines(context, post_content); flow != Flow::more) return flow;
    return fragment ? Flow::more : line(context, "</body></html>");
  }

 private:
  static Flow line(Context& context, std::string text) {
    return context.write(Value::string(std::move(text)));
  }
  static Flow lines(Context& context, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      if (const Flow flow = line(context, text); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

  Flow write_head(Context& context) const {
    std::vector<std::string> texts;
    const char* kind = transitional ? "Transitional" : "Strict";
    texts.push_back(
        fmt::format("<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 {}//EN\"  "
                    "\"http://www.w3.org/TR/xhtml1/DTD/xhtml1-{}.dtd\">",
                    kind, to_lower(kind)));
    texts.emplace_back("<html xmlns=\"http://www.w3.org/1999/xhtml\">");
    texts.emplace_back("<head>");
    if (!charset.empty()) texts.push_back(fmt::format("<meta charset=\"{}\">", charset));
    if (const Flow flow = lines(context, texts); flow != Flow::more) return flow;
    if (const Flow flow = write_meta(context); flow != Flow::more) return flow;
    texts = head.empty() ? std::vector<std::string>{fmt::format("<title>{}</title>", title)} : head;
    if (!css_uri.empty()) {
      texts.push_back(fmt::format("<link rel=\"stylesheet\" type=\"text/css\" href=\"{}\" />", css_uri));
    }
    texts.emplace_back("</head><body>");
    texts.insert(texts.end(), body.begin(), body.end());
    return lines(context, texts);
  }

  Flow write_meta(Context& context) const {
    static constexpr std::string_view kHttp[] = {"content-type", "default-style", "x-ua-compatible"};
    static constexpr std::string_view kNamed[] = {"application-name", "author",   "description",
                                                  "generator",        "keywords", "viewport"};
    if (!meta) return Flow::more;
    const auto is_one_of = [](std::string_view name, std::span<const std::string_view> names) {
      return std::any_of(names.begin(), names.end(),
                         [&](std::string_view one) { return equal_ascii(one, name); });
    };
    for (const auto& [key, value] : meta->entries()) {
      const std::string name = to_string(key);
      Flow flow = Flow::more;
      if (is_one_of(name, kHttp)) {
        flow = line(context, fmt::format("<meta http-equiv=\"{}\" content=\"{}\">", name, to_string(value)));
      } else if (is_one_of(name, kNamed)) {
        flow = line(context, fmt::format("<meta name=\"{}\" content=\"{}\">", name, to_string(value)));
      } else {
        flow = context.warning(
            fmt::format("{} is not a supported meta property and may not function as expected.", name));
      }
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }

  // The first object decides. A pattern that fits one property only stays the heading, as in PowerShell.
  void set_columns() {
    for (const PropertyExpression& expression : expressions_) {
      std::vector<PropertyExpression> found = expand_wildcards(expression, input_object);
      if (found.size() == 1 && found[0].label.empty()) found[0].label = expression.title();
      columns_.insert(columns_.end(), found.begin(), found.end());
    }
  }

  Flow text_of(Context& context, const PropertyExpression& column, std::string& text) const {
    Value value;
    if (const Flow flow = evaluate(context, column, input_object, value); flow != Flow::more) return flow;
    text = cell_text(value);
    return Flow::more;
  }

  Flow write_list(Context& context, bool first) const {
    if (!first) {
      if (const Flow flow = line(context, "<tr><td><hr></td></tr>"); flow != Flow::more) return flow;
    }
    for (const PropertyExpression& column : columns_) {
      std::string text;
      if (const Flow flow = text_of(context, column, text); flow != Flow::more) return flow;
      const Flow flow =
          line(context, fmt::format("<tr><td>{}:</td><td>{}</td></tr>", html_encode(column.title()), text));
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }

  Flow write_header(Context& context) const {
    std::string columns = "<colgroup>", names = "<tr>";
    for (const PropertyExpression& column : columns_) {
      columns += "<col";
      if (column.width > 0) columns += fmt::format(" width=\"{}\"", column.width);
      if (!column.alignment.empty()) columns += fmt::format(" align=\"{}\"", column.alignment);
      columns += "/>";
      names += "<th>" + html_encode(column.title()) + "</th>";
    }
    if (const Flow flow = line(context, columns + "</colgroup>"); flow != Flow::more) return flow;
    return line(context, names + "</tr>");
  }

  Flow write_row(Context& context, bool first) const {
    if (first) {
      if (const Flow flow = write_header(context); flow != Flow::more) return flow;
    }
    std::string row = "<tr>";
    for (const PropertyExpression& column : columns_) {
      std::string text;
      if (const Flow flow = text_of(context, column, text); flow != Flow::more) return flow;
      row += "<td>" + text + "</td>";
    }
    return line(context, row + "</tr>");
  }

  std::vector<PropertyExpression> expressions_, columns_;
};
CMDLET(ConvertToHtml);

}  // namespace hvsh::verbs
