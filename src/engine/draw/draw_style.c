/* draw_style.c - the colours of a picture, by day and by night.
 *
 *   paper, ink, soft    what it is drawn on, words, quiet words
 *   place               a state of the case; end: with a second border
 *   person, system, event, time     who lets a transition happen
 *   lit, trouble, path  where the case is, what is wrong there, how it got there
 */
#include "engine/draw/draw_parts.h"

static const char shapes[] =
    "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',"
    "sans-serif;font-size:13px}"
    ".name{font-size:18px;font-weight:600}"
    ".place text{font-weight:600}"
    ".way text{font-size:12.5px}"
    ".small{font-size:12px}"
    ".place rect{stroke-width:1.6}"
    ".place .inner{fill:none;stroke-width:1.2}"
    ".way rect{stroke-width:1.2}"
    ".unsure rect{stroke-dasharray:5 3.5}"
    ".icon{fill:none;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}"
    ".links path{fill:none;stroke-width:1.5}"
    ".links .path{stroke-width:2.6}"
    ".halo{fill:none!important;stroke-width:7!important;stroke-opacity:.22}"
    ".step text{font-size:11px;font-weight:700}";

static const char day[] =
    ".paper{fill:#fff}text{fill:#1d2330}.soft{fill:#667085}"
    ".place rect{fill:#fff;stroke:#39414f}.place .inner{stroke:#39414f}.dot{fill:#39414f}"
    ".person rect{fill:#e9f1ff;stroke:#6f9be8}.person .icon{stroke:#2f66c8}"
    ".system rect{fill:#eff1f4;stroke:#a3acba}.system .icon{stroke:#5b6575}"
    ".event rect{fill:#f2ecfd;stroke:#ab8ee0}.event .icon{stroke:#7448c4}"
    ".time rect{fill:#fff4da;stroke:#dcae4a}.time .icon{stroke:#a8740a}"
    ".links path{stroke:#a2abba}.links .head{fill:#a2abba;stroke:none}"
    ".links .path{stroke:#d92d20}.links .path.head{fill:#d92d20;stroke:none}"
    ".lit rect{fill:#12915a;stroke:#0c7246}.lit .inner{stroke:#fff}.lit text{fill:#fff}"
    ".lit .halo{stroke:#12915a}.lit .dot{fill:#12915a}"
    ".trouble rect{fill:#d92d20;stroke:#b01f14}.trouble .inner{stroke:#fff}"
    ".trouble text{fill:#fff}.trouble .halo{stroke:#d92d20}.trouble .dot{fill:#d92d20}"
    ".step circle{fill:#d92d20}.step text{fill:#fff}";

static const char night[] =
    ".paper{fill:#12161c}text{fill:#e7eaf0}.soft{fill:#98a2b3}"
    ".place rect{fill:#1c222b;stroke:#b5becb}.place .inner{stroke:#b5becb}.dot{fill:#b5becb}"
    ".person rect{fill:#172a47;stroke:#4b78c4}.person .icon{stroke:#8fb6f7}"
    ".system rect{fill:#252b35;stroke:#5f6a7b}.system .icon{stroke:#aab4c3}"
    ".event rect{fill:#2b2144;stroke:#7a5cb8}.event .icon{stroke:#bfa4f2}"
    ".time rect{fill:#3a2d10;stroke:#9c7a2c}.time .icon{stroke:#efc566}"
    ".links path{stroke:#5c6778}.links .head{fill:#5c6778;stroke:none}"
    ".links .path{stroke:#f97066}.links .path.head{fill:#f97066;stroke:none}"
    ".lit rect{fill:#15803d;stroke:#4ade80}.lit .inner{stroke:#fff}.lit text{fill:#fff}"
    ".lit .halo{stroke:#4ade80}.lit .dot{fill:#4ade80}"
    ".trouble rect{fill:#b42318;stroke:#f97066}.trouble .inner{stroke:#fff}"
    ".trouble text{fill:#fff}.trouble .halo{stroke:#f97066}.trouble .dot{fill:#f97066}"
    ".step circle{fill:#f04438}.step text{fill:#fff}";

void write_style(struct writer *writer, enum draw_theme theme)
{
    write_text(writer, TEXT("<style>"));
    write_text(writer, text_of(shapes));
    write_text(writer, theme == DRAW_DARK ? text_of(night) : text_of(day));
    if (theme == DRAW_AUTO) {
        write_text(writer, TEXT("@media(prefers-color-scheme:dark){"));
        write_text(writer, text_of(night));
        write_text(writer, TEXT("}"));
    }
    write_text(writer, TEXT("</style>\n"));
}
