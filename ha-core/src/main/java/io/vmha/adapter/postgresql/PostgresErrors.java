package io.vmha.adapter.postgresql;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.model.MemberId;
import java.sql.SQLException;
import java.util.regex.Pattern;

/** What went wrong with a member, in the adapter's terms and without a credential. */
final class PostgresErrors {
    private static final Pattern SECRET = Pattern.compile("(?i)(pass(word|wd|phrase)?|secret)\\s*[=:]\\s*[^\\s&;,]+");

    private PostgresErrors() {}

    /** A statement or a connection failed before it could change anything. */
    static AdapterException failed(MemberId member, Throwable thrown) {
        if (thrown instanceof AdapterException known) {
            return known;
        }
        String message = "database " + member + ": " + withoutSecrets(String.valueOf(thrown.getMessage()));
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
                "database " + member + " while " + what + ": " + withoutSecrets(String.valueOf(thrown.getMessage())),
                quotable(thrown));
    }

    static String withoutSecrets(String text) {
        return SECRET.matcher(text).replaceAll("$1=***");
    }

    /** The cause, if what a log shows of it has no secret: drivers and pools print their URLs. */
    private static Throwable quotable(Throwable thrown) {
        for (Throwable one = thrown; one != null; one = one.getCause()) {
            if (SECRET.matcher(String.valueOf(one)).find()) {
                return new IllegalStateException(
                        "a " + thrown.getClass().getName() + " that has a secret in its message");
            }
        }
        return thrown;
    }
}
