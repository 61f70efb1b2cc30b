package io.vmha.monitor.internal;

import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/** Makes threads that keep no process alive, each with a name of its own. Thread-safe. */
public final class DaemonThreads implements ThreadFactory {
    private final ThreadFactory threads = Executors.defaultThreadFactory();
    private final String nameFormat;
    private final AtomicLong count = new AtomicLong();

    private DaemonThreads(String nameFormat) {
        this.nameFormat = nameFormat;
    }

    /**
     * Returns a factory.
     *
     * @param nameFormat the threads' names, as for {@link String#format}, of their running number from 0 on
     */
    public static ThreadFactory named(String nameFormat) {
        return new DaemonThreads(nameFormat);
    }

    @Override
    public Thread newThread(Runnable task) {
        Thread thread = threads.newThread(task);
        thread.setName(String.format(Locale.ROOT, nameFormat, count.getAndIncrement()));
        thread.setDaemon(true);
        return thread;
    }
}
