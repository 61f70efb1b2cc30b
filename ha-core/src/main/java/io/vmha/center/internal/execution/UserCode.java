package io.vmha.center.internal.execution;

import io.vmha.adapter.internal.PeerText;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the center asks of a user's code on its own loop, and what such code throws. One part that is broken must not end the center: it is
 * logged, and the answer that does no harm is taken. Texts are the user's as well: they are cut and escaped, and a throwable may throw
 * when it is asked for its own. Stateless.
 */
public final class UserCode {
    private static final Logger LOG = LoggerFactory.getLogger(UserCode.class);
    private static final int MOST_CHARS = 1_000;

    private UserCode() {}

    /**
     * Asks something that answers at once.
     *
     * @param what what is asked, for people
     * @param otherwise what counts where it throws, or answers with null
     */
    public static <T> T answer(String what, Supplier<? extends @Nullable T> question, T otherwise) {
        try {
            T answer = question.get();
            if (answer != null) {
                return answer;
            }
            LOG.error("{} answered with null; {} counts", what, otherwise);
        } catch (Throwable thrown) {
            log(LOG, what + " failed; " + otherwise + " counts", thrown);
        }
        return otherwise;
    }

    /**
     * Returns what a part answered that a center is built of.
     *
     * @throws IllegalStateException if that is null
     */
    public static <T> T required(String what, @Nullable T answer) {
        if (answer == null) {
            throw new IllegalStateException(what + " must not be null");
        }
        return answer;
    }

    /** A throwable's message, made fit for a log or an event; "null" where it has none. */
    public static String said(Throwable thrown) {
        try {
            return PeerText.quote(String.valueOf(thrown.getMessage()), MOST_CHARS);
        } catch (Throwable hostile) {
            return "(its message cannot be read)";
        }
    }

    /** A throwable's class and message, made fit for a log or an event. */
    public static String describe(Throwable thrown) {
        return thrown.getClass().getName() + ": " + said(thrown);
    }

    /** Logs an error with its stack trace; without that where the throwable does not let itself be written. Want of memory may have
     * left a logger unusable for good: then nothing is said. */
    public static void log(Logger log, String what, Throwable thrown) {
        try {
            log.error(what, thrown);
        } catch (Throwable hostile) {
            try {
                log.error(
                        "{}: a {} that cannot be written",
                        what,
                        thrown.getClass().getName());
            } catch (Throwable unheard) {
                // Nothing is left to say it to.
            }
        }
    }
}
