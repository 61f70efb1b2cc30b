package io.vmha.center.internal.execution;

import io.vmha.adapter.internal.PeerText;
import io.vmha.center.event.ActionRecord;
import io.vmha.center.journal.JournalEntry;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit log: a line for each try of an action and each call of an operator. Name, level, keys and their order are a contract, told
 * in the guide. Thread-safe.
 */
public final class AuditLog {
    private static final Logger LOG = LoggerFactory.getLogger("io.vmha.audit");

    private AuditLog() {}

    /** Writes a try of an action down. */
    static void action(long epoch, JournalEntry.PlanOpened opened, Optional<String> approvedBy, ActionRecord record) {
        if (!LOG.isInfoEnabled()) {
            return;
        }
        Action action = record.action();
        Line line = new Line("action")
                .with("epoch", epoch)
                .with("plan", record.plan())
                .with("step", record.step())
                .with("action", action.kind())
                .with("vm", action.vm().map(VmId::value).orElse(""))
                .with("host", action.host().map(HostId::value).orElse(""))
                .with("target", targetOf(action))
                .with("result", record.result())
                .with("attempt", record.attempt());
        opened.report()
                .ifPresent(report -> line.with("source", report.source())
                        .with("fault", report.kind())
                        .with("subject", report.subject()));
        line.with("approved", approvedBy.orElse("")).with("detail", record.detail());
        LogContext.during(epoch, record.plan(), action, () -> LOG.info("{}", line));
    }

    private static String targetOf(Action action) {
        return action instanceof Action.Redirect redirect ? redirect.server().value() : "";
    }

    /**
     * Writes an operator's call down.
     *
     * @param call the method's name
     * @param pairs key, value, key, value and so on, with what the call was given
     */
    public static void operator(long epoch, String operator, String call, Object... pairs) {
        if (!LOG.isInfoEnabled()) {
            return;
        }
        Line line = new Line("operator")
                .with("epoch", epoch)
                .with("operator", operator)
                .with("call", call);
        for (int i = 0; i + 1 < pairs.length; i += 2) {
            line.with(String.valueOf(pairs[i]), pairs[i + 1]);
        }
        LOG.info("{}", line);
    }

    /** A line of pairs; mutable and not thread-safe. */
    private static final class Line {
        private final StringBuilder text = new StringBuilder("event=");

        Line(String event) {
            text.append(event);
        }

        /** Adds a pair, unless its value is empty. */
        Line with(String key, Object value) {
            String told = String.valueOf(value);
            if (!told.isEmpty()) {
                text.append(' ').append(key).append('=').append(isPlain(told) ? told : quoted(told));
            }
            return this;
        }

        private static boolean isPlain(String value) {
            return value.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=');
        }

        private static String quoted(String value) {
            StringBuilder quoted = new StringBuilder("\"");
            value.codePoints().forEach(c -> {
                if (c == '"' || c == '\\') {
                    quoted.append('\\').appendCodePoint(c);
                } else if (c == ' ' || isPrintable(c)) {
                    quoted.appendCodePoint(c);
                } else {
                    for (char unit : Character.toChars(c)) {
                        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                    }
                }
            });
            return quoted.append('"').toString();
        }

        /** No value ends a line, or looks like a space that is none. */
        private static boolean isPrintable(int c) {
            return PeerText.isPlain(c) && Character.getType(c) != Character.SPACE_SEPARATOR;
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
