/* SPDX-License-Identifier: MIT */
#include "report_svg.h"

#include <stdarg.h>

/* Colours in plain words, no variables: so that viewers of pictures understand them, too. Those of the
 * causes are told apart by people who see fewer colours (Okabe and Ito's palette). */
static const char style[] =
    "text{font:13px system-ui,-apple-system,\"Segoe UI\",\"DejaVu Sans\",sans-serif;fill:#1c2128}"
    ".title{font-size:22px;font-weight:600}.head{font-size:14px;font-weight:600}"
    ".quiet{fill:#57606a}.small{font-size:11px;fill:#57606a}.strong{font-weight:600}"
    ".end{text-anchor:end}.middle{text-anchor:middle}.number{text-anchor:end}"
    ".paper{fill:#fff}.plot{fill:#f6f8fa}.grid{stroke:#d8dee4}.rule{stroke:#d0d7de}"
    ".band{fill:#0072b2;fill-opacity:.25}.mean{fill:none;stroke:#0072b2;stroke-width:1.5}"
    ".dot{fill:#0072b2}.bars{fill:#0072b2;fill-opacity:.75}"
    ".gap{fill:#8250df;fill-opacity:.22}"
    ".driver{fill:#d55e00}.writer{fill:#009e73}.reader{fill:#b8860b}"
    ".met{fill:#116329}.missed{fill:#b3261e}"
    "@media (prefers-color-scheme:dark){"
    "text{fill:#e6edf3}.quiet,.small{fill:#9aa4af}"
    ".paper{fill:#0d1117}.plot{fill:#161b22}.grid{stroke:#2b323b}.rule{stroke:#30363d}"
    ".band,.bars,.dot{fill:#56b4e9}.mean{stroke:#56b4e9}.gap{fill:#b392f0}"
    ".driver{fill:#ff8c42}.writer{fill:#2fc594}.reader{fill:#f0c040}"
    ".met{fill:#56d364}.missed{fill:#ff7b72}}";

void svg_begin(struct output *output, double width, double height, const char *title)
{
    output_text(output,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
                "width=\"%.0f\" height=\"%.0f\" role=\"img\">\n<title>",
                width, height, width, height);
    svg_words(output, title);
    output_text(output, "</title>\n<style>%s</style>\n", style);
    svg_rect(output, 0, 0, width, height, "paper");
}

void svg_end(struct output *output)
{
    output_text(output, "</svg>\n");
}

void svg_rect(struct output *output, double x, double y, double width, double height,
              const char *class)
{
    output_text(output,
                "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" class=\"%s\"/>\n", x, y,
                width, height, class);
}

void svg_line(struct output *output, double x1, double y1, double x2, double y2, const char *class)
{
    output_text(output, "<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\" class=\"%s\"/>\n",
                x1, y1, x2, y2, class);
}

void svg_dot(struct output *output, double x, double y, const char *class)
{
    output_text(output, "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"2.5\" class=\"%s\"/>\n", x, y, class);
}

void svg_words(struct output *output, const char *text)
{
    for (; *text; text++) {
        if (*text == '<')
            output_text(output, "&lt;");
        else if (*text == '>')
            output_text(output, "&gt;");
        else if (*text == '&')
            output_text(output, "&amp;");
        else if ((unsigned char)*text >= ' ')
            output_text(output, "%c", *text);
    }
}

void svg_text(struct output *output, double x, double y, const char *class, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    output_text(output, "<text x=\"%.2f\" y=\"%.2f\" class=\"%s\">", x, y, class);
    svg_words(output, text);
    output_text(output, "</text>\n");
}
