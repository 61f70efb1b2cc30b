package io.vmha.monitor.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many files this process may have open, which connections are a part of. */
final class FileLimit {
    /** What is usual where the system does not say. */
    private static final long USUAL = 1024;

    private static final long UNLIMITED = 1 << 20;
    private static final Pattern LINE = Pattern.compile("Max open files +(\\d+|unlimited) .*");

    private FileLimit() {}

    static long ofThisProcess() {
        try {
            return of(Files.readAllLines(Path.of("/proc/self/limits")));
        } catch (IOException otherSystem) {
            return USUAL;
        }
    }

    /** Reads what Linux says of a process's limits. */
    static long of(List<String> lines) {
        for (String line : lines) {
            Matcher limit = LINE.matcher(line);
            if (limit.matches()) {
                String most = limit.group(1);
                boolean isMore = most.equals("unlimited") || most.length() > 7;
                return isMore ? UNLIMITED : Long.parseLong(most);
            }
        }
        return USUAL;
    }
}
