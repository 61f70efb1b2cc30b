package io.vmha.lab;

import java.io.PrintStream;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows on a terminal how far a run is; elsewhere it prints a line for each step. Thread-safe. */
final class Progress implements AutoCloseable {
    private final PrintStream out;
    private final @Nullable ProgressBar bar;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private String step = "";
    private @Nullable RequestLoad users;

    Progress(PrintStream out, int steps, boolean isTerminal) {
        this.out = out;
        this.bar = isTerminal
                ? new ProgressBarBuilder()
                        .setTaskName("lab")
                        .setInitialMax(steps)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setUpdateIntervalMillis(500)
                        .build()
                : null;
        if (bar != null) {
            var unused = clock.scheduleAtFixedRate(this::show, 0, 500, TimeUnit.MILLISECONDS);
        }
    }

    /** Shows how many requests there were from now on. */
    synchronized void watch(RequestLoad load) {
        users = load;
    }

    /** A step begins, and the one before has ended. */
    synchronized void begin(String what) {
        step = what;
        if (bar == null) {
            note(what);
        } else {
            bar.step();
        }
    }

    private synchronized void show() {
        if (bar != null) {
            String requests = users == null ? "" : ": " + users.sent() + " requests, " + users.failed() + " failed";
            bar.setExtraMessage(step + requests);
        }
    }

    /** Says something besides. */
    synchronized void note(String text) {
        out.println(text);
        out.flush();
    }

    @Override
    public void close() {
        clock.shutdownNow();
        if (bar != null) {
            bar.close();
        }
    }
}
