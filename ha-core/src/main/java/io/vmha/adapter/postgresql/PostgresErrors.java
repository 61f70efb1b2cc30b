package io.vmha.adapter.postgresql;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.internal.PeerText;
import io.vmha.model.MemberId;
import java.sql.SQLException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What went wrong with a member, in the adapter's terms and without a credential. */
final class PostgresErrors {
    private static final Pattern SECRET = Pattern.compile("(?i)(pass(word|wd|phrase)?|secret)\\s*[=:]\\s*[^\\s&;,]+");

    private static final Pattern LINES = Pattern.compile("\\s*\\R\\s*");
    private static final int MOST_READ = 4_096;
    private static final int MOST_CHARS = 400;

    private PostgresErrors() {}

    /** A statement or a connection failed before it could change anything. */
    static AdapterException failed(MemberId member, Throwable thrown) {
        if (thrown instanceof AdapterException known) {
            return known;
        }
        String message = "database " + member + ": " + said(thrown.getMessage());
        if (!(thrown instanceof SQLException sql)) {
            return new AdapterException.Transient(
                    Cause.UNREACHABLE, message + " (" + thrown.getClass().getSimpleName() + ")", quotable(thrown));
        }
        String state = String.valueOf(sql.getSQLState());
        // PostgreSQL's appendix on error codes: invalid authorization, insufficient privilege, no such database.
        if (state.startsWith("28") || state.equals("42501")) {
            return new AdapterException.Permanent(Cause.NOT_PERMITTED, message, quotable(thrown));
        }
        if (state.equals("3D000")) {
            return new AdapterException.Permanent(Cause.UNKNOWN_SUBJECT, message, quotable(thrown));
        }
        if (state.equals("53300")) {
            return new AdapterException.Transient(Cause.BUSY, message, quotable(thrown));
        }
        return new AdapterException.Transient(Cause.UNREACHABLE, message, quotable(thrown));
    }

    /** A statement failed that may have changed something. */
    static AdapterException unknownOutcome(MemberId member, String what, Throwable thrown) {
        return new AdapterException.OutcomeUnknown(
                Cause.REFUSED,
                "database " + member + " while " + what + ": " + said(thrown.getMessage()),
                quotable(thrown));
    }

    static String withoutSecrets(String text) {
        return SECRET.matcher(text).replaceAll("$1=***");
    }

    /** What a driver passes on is the server's: without secrets, in one line, cut and escaped. */
    private static String said(@Nullable String text) {
        String head = String.valueOf(text);
        head = head.substring(0, Math.min(head.length(), MOST_READ));
        return PeerText.quote(LINES.matcher(withoutSecrets(head)).replaceAll("; "), MOST_CHARS);
    }

    /** The cause, if what a log shows of it has no secret, and is the server's words as {@link #said} tells them. */
    private static Throwable quotable(Throwable thrown) {
        for (Throwable one = thrown; one != null; one = one.getCause()) {
            String shown = String.valueOf(one);
            if (shown.length() > MOST_CHARS
                    || !shown.codePoints().allMatch(PeerText::isPlain)
                    || SECRET.matcher(shown).find()) {
                IllegalStateException told = new IllegalStateException(
                        "a " + thrown.getClass().getName() + ": " + said(thrown.getMessage()));
                told.setStackTrace(thrown.getStackTrace());
                return told;
            }
        }
        return thrown;
    }
}
