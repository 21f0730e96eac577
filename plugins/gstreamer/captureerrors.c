/* SPDX-License-Identifier: MIT */
#include "captureerrors.h"

#define LINE_MAX_BYTES 200

/** The meaning of an error, with advice. */
struct meaning {
    GQuark (*domain)(void);
    gint code;
    enum source_result result;
    const gchar *help;
};

static const struct meaning meanings[] = {
    { gst_resource_error_quark, GST_RESOURCE_ERROR_NOT_AUTHORIZED, SOURCE_LOST,
      "user name or password are wrong or missing: //USER:PASSWORD@HOST" },
    { gst_resource_error_quark, GST_RESOURCE_ERROR_NOT_FOUND, SOURCE_LOST, "check the address" },
    { gst_resource_error_quark, GST_RESOURCE_ERROR_OPEN_READ, SOURCE_LOST,
      "check address, port and network" },
    { gst_resource_error_quark, GST_RESOURCE_ERROR_OPEN_READ_WRITE, SOURCE_LOST,
      "check address, port and network" },
    { gst_resource_error_quark, GST_RESOURCE_ERROR_BUSY, SOURCE_LOST,
      "stop the program that uses it" },
    { gst_core_error_quark, GST_CORE_ERROR_MISSING_PLUGIN, SOURCE_FAILED, NULL },
    { gst_stream_error_quark, GST_STREAM_ERROR_CODEC_NOT_FOUND, SOURCE_FAILED, NULL },
    { gst_stream_error_quark, GST_STREAM_ERROR_TYPE_NOT_FOUND, SOURCE_FAILED,
      "use a file or a stream with video" },
    { gst_stream_error_quark, GST_STREAM_ERROR_WRONG_TYPE, SOURCE_FAILED,
      "use a file or a stream with video" },
};

/** The Debian package of a missing element or plugin: the first row whose text occurs in its
 *  description. */
static const struct {
    const gchar *part;
    const gchar *package;
} packages[] = {
    { "libcamerasrc", "gstreamer1.0-libcamera" },
    { "pipewiresrc", "gstreamer1.0-pipewire" },
    { "uridecodebin", "gstreamer1.0-plugins-base" },
    { "videoconvert", "gstreamer1.0-plugins-base" },
    { "videoscale", "gstreamer1.0-plugins-base" },
    { "videorate", "gstreamer1.0-plugins-base" },
    { "RTSP", "gstreamer1.0-plugins-good" },
    { "HTTP", "gstreamer1.0-plugins-good" },
    { "HLS", "gstreamer1.0-plugins-bad" },
    { "decoder", "gstreamer1.0-libav" },
    { "avdec_", "gstreamer1.0-libav" },
    { "x264enc", "gstreamer1.0-plugins-ugly" },
};

static const gchar *package_of(const gchar *what)
{
    for (gsize i = 0; i < G_N_ELEMENTS(packages); i++) {
        if (strstr(what, packages[i].part))
            return packages[i].package;
    }
    return "that has it, often gstreamer1.0-plugins-good, -bad, -ugly or gstreamer1.0-libav";
}

gchar *gst_triptych_hide_passwords(const gchar *text)
{
    static const gchar *const patterns[] = { "(://[^\\s:/@]*):[^\\s/@]*(?=@)",
                                             "([\\w-]*(?:pw|passw(?:or)?d|passphrase)\\s*)="
                                             "\\s*(?:\"[^\"]*\"|[^\\s!]+)" };
    static const gchar *const replacements[] = { "\\1:***", "\\1=***" };
    gchar *hidden = g_strdup(text);
    for (gsize i = 0; i < G_N_ELEMENTS(patterns); i++) {
        GRegex *regex = g_regex_new(patterns[i], G_REGEX_CASELESS, 0, NULL);
        gchar *next = g_regex_replace(regex, hidden, -1, 0, replacements[i], 0, NULL);
        g_regex_unref(regex);
        if (next) {
            g_free(hidden);
            hidden = next;
        }
    }
    return hidden;
}

/** Logs "LABEL: WHAT (WHY); HELP" in one line. `why` and `help` may be NULL. */
static void report(const struct source *source, const gchar *what, const gchar *why,
                   const gchar *help)
{
    gchar *text =
        g_strdup_printf("%s%s%s%s", what, why ? " (" : "", why ? why : "", why ? ")" : "");
    gchar *hidden = gst_triptych_hide_passwords(text);
    g_strdelimit(hidden, "\n\r", ' ');
    tri_log_write(source->options->log, TRI_LOG_ERROR, "gst", "%s: %s%s%s", source->label, hidden,
                  help ? "; " : "", help ? help : "");
    g_free(hidden);
    g_free(text);
}

static void report_missing(const struct source *source, const gchar *what)
{
    gchar *help = g_strdup_printf("install the package %s", package_of(what));
    report(source, what, "not installed", help);
    g_free(help);
}

enum source_result gst_triptych_report_parse_error(const struct source *source, const GError *error)
{
    if (g_error_matches(error, GST_PARSE_ERROR, GST_PARSE_ERROR_NO_SUCH_ELEMENT)) {
        report_missing(source, error->message);
        return SOURCE_FAILED;
    }
    const struct tri_video *wanted = &source->options->wanted;
    const gboolean converts = (wanted->fps_num || wanted->width || wanted->fourcc) &&
                              g_error_matches(error, GST_PARSE_ERROR, GST_PARSE_ERROR_LINK) &&
                              strstr(error->message, " to video");
    report(source, error->message, NULL,
           converts ? "--size, --format and --rate need raw video: append ! decodebin, or omit them"
                    : "use the syntax of gst-launch-1.0, without a sink at the end");
    return SOURCE_MISUSED;
}

/** What is wrong with a server's certificate, the first row that applies. */
static const struct {
    GTlsCertificateFlags flag;
    const gchar *why;
    const gchar *help;
} certificates[] = {
    { G_TLS_CERTIFICATE_BAD_IDENTITY, "it names another host", "use a name that it contains" },
    { G_TLS_CERTIFICATE_EXPIRED, "it has expired", "renew it, or check this machine's clock" },
    { G_TLS_CERTIFICATE_NOT_ACTIVATED, "it is not valid yet", "check this machine's clock" },
    { G_TLS_CERTIFICATE_UNKNOWN_CA, "its authority is not trusted",
      "if you trust it: SSL_CERT_FILE=FILE in the environment, or update-ca-certificates" },
};

static void report_certificate(const struct source *source, GTlsCertificateFlags untrusted)
{
    for (gsize i = 0; i < G_N_ELEMENTS(certificates); i++) {
        if (untrusted & certificates[i].flag) {
            report(source, "certificate of the server refused", certificates[i].why,
                   certificates[i].help);
            return;
        }
    }
    report(source, "certificate of the server refused", "it is not valid", "renew it");
}

/** Returns the last line of an element's debug text, shortened; NULL if it repeats the message. */
static gchar *last_line(const gchar *debug, const gchar *message)
{
    const gchar *line = debug ? strrchr(debug, '\n') : NULL;
    gchar *text = line ? g_strstrip(g_strndup(line + 1, LINE_MAX_BYTES)) : NULL;
    if (text && (!*text || strstr(message, text)))
        g_clear_pointer(&text, g_free);
    return text;
}

/** Finds what a debug text of decodebin, lines "Missing NAME (CAPS)", names.
 *  @param audio  set if all of it is for audio: there is no video
 *  @return the first one that is not for audio; NULL: none */
static gchar *find_missing(const gchar *debug, gboolean *audio)
{
    static const gchar prefix[] = "\nMissing ";
    gboolean found = FALSE;
    for (const gchar *at = debug; at && (at = strstr(at, prefix)); found = TRUE) {
        at += strlen(prefix);
        const gsize length = strcspn(at, "\n");
        const gchar *caps = g_strstr_len(at, (gssize)length, " (video/");
        if (!g_strstr_len(at, (gssize)length, " (audio/"))
            return g_strndup(at, caps ? (gsize)(caps - at) : length);
    }
    *audio = found;
    return NULL;
}

/** Returns the advice for an error that has no row of its own. */
static const gchar *help_for(const struct gst_form *form, const struct meaning *meaning)
{
    if (form->argument == GST_ARGUMENT_DEVICE)
        return "--list-devices lists the devices";
    return !meaning                              ? NULL
           : form->argument == GST_ARGUMENT_FILE ? "use a video file"
                                                 : meaning->help;
}

static const struct meaning *meaning_of(const GError *error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(meanings); i++) {
        if (g_error_matches(error, meanings[i].domain(), meanings[i].code))
            return &meanings[i];
    }
    return NULL;
}

enum source_result gst_triptych_report_error(const struct source *source, GstMessage *message,
                                             const gchar *missing, GTlsCertificateFlags untrusted,
                                             gboolean delivered)
{
    const struct gst_form *form = source->ops->data;
    GError *error;
    gchar *debug;
    gst_message_parse_error(message, &error, &debug);
    const struct meaning *meaning = meaning_of(error);
    enum source_result result = meaning ? meaning->result : SOURCE_LOST;
    gchar *why = last_line(debug, error->message);
    gboolean audio = FALSE;
    gchar *named = missing ? g_strdup(missing) : find_missing(debug, &audio);
    if (audio) {
        report(source, "contains audio, but no video", NULL, "use a file or a stream with video");
        result = SOURCE_FAILED;
    } else if (named && g_str_has_prefix(named, "text/html")) {
        report(source, "the server sends a web page, not video", NULL, "check the address");
        result = SOURCE_FAILED;
    } else if (named) {
        report_missing(source, named);
        result = SOURCE_FAILED;
    } else if (untrusted) {
        report_certificate(source, untrusted);
    } else if (why && strstr(why, "not-negotiated")) {
        report(source, "the formats of two elements do not fit", why,
               "insert videoconvert, or omit --size, --format and --rate");
        result = delivered ? SOURCE_LOST : SOURCE_FAILED;
    } else if (why && strstr(why, "not-linked")) {
        report(source, "an output of an element is not linked", why,
               "link it, or remove the element");
    } else {
        // souphttpsrc gives no details of a refused connection
        const gboolean broken = form->remote && why && strstr(why, "reason error");
        report(source, broken ? "cannot connect, or lost the connection" : error->message, why,
               !broken                                   ? help_for(form, meaning)
               : g_str_equal(source->ops->name, "https") ? "check address, port, network and "
                                                           "certificate (SSL_CERT_FILE)"
                                                         : "check address, port and network");
    }
    g_free(named);
    g_free(why);
    g_free(debug);
    g_error_free(error);
    return form->argument == GST_ARGUMENT_FILE ? SOURCE_FAILED : result; // it does not come back
}
