package io.vmha;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.MDC;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMDCAdapter;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/** What is logged in tests: warnings, errors and the audit log are kept for who asks, nothing is printed. Thread-safe. */
public final class CapturedLog implements SLF4JServiceProvider {
    private static final int MOST = 10_000;
    private static final String AUDIT = "io.vmha.audit";
    private static final List<Line> LINES = new CopyOnWriteArrayList<>();
    private static volatile boolean isOn;

    private final IMarkerFactory markers = new BasicMarkerFactory();
    private final MDCAdapter context = new BasicMDCAdapter();

    /**
     * A line.
     *
     * @param level how bad it is
     * @param logger the logger's name
     * @param message what it says
     * @param thrown what its stack trace is of; null where it has none
     * @param context the diagnostic context that it was logged in
     */
    public record Line(
            Level level,
            String logger,
            String message,
            @Nullable Throwable thrown,
            Map<String, String> context) {}

    /** Begins to keep lines, without those from before. */
    public static void begin() {
        LINES.clear();
        isOn = true;
    }

    /** Ends it, and returns what was kept. */
    public static List<Line> end() {
        isOn = false;
        return List.copyOf(LINES);
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
        return Keeping::new;
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return markers;
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return context;
    }

    @Override
    public String getRequestedApiVersion() {
        return "2.0.99";
    }

    @Override
    public void initialize() {}

    private static final class Keeping extends LegacyAbstractLogger {
        private static final long serialVersionUID = 1L;

        Keeping(String name) {
            this.name = name;
        }

        @Override
        public boolean isTraceEnabled() {
            return false;
        }

        @Override
        public boolean isDebugEnabled() {
            return false;
        }

        @Override
        public boolean isInfoEnabled() {
            return isOn && name.equals(AUDIT);
        }

        @Override
        public boolean isWarnEnabled() {
            return isOn;
        }

        @Override
        public boolean isErrorEnabled() {
            return isOn;
        }

        @Override
        protected @Nullable String getFullyQualifiedCallerName() {
            return null;
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level,
                @Nullable Marker marker,
                String pattern,
                Object @Nullable [] arguments,
                @Nullable Throwable thrown) {
            if (LINES.size() < MOST) {
                String message = MessageFormatter.basicArrayFormat(pattern, arguments);
                Map<String, String> context =
                        Optional.ofNullable(MDC.getCopyOfContextMap()).orElse(Map.of());
                LINES.add(new Line(level, getName(), String.valueOf(message), thrown, context));
            }
        }
    }
}
