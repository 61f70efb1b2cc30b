package io.vmha.monitor.report;

import static io.vmha.monitor.internal.Checks.checkArgument;

import java.time.Duration;

/**
 * How many connections a {@link ReportServer} keeps, and for how long. Immutable.
 *
 * @param total the most that are open at a time, 1 to half of the files that the process may have open
 * @param perSource the most of one source, 1 to {@code total}; a source is an IPv4 address, or the 64-bit prefix of an IPv6
 *     address. Beyond it a source's oldest connection goes for a new one
 * @param requestDeadline how long a request may take to come whole, its TLS handshake included, more than 0
 * @param idle how long a connection is kept between requests, more than 0
 */
public record ConnectionLimits(int total, int perSource, Duration requestDeadline, Duration idle) {
    private static final int MOST_BY_DEFAULT = 20_000;
    private static final int SHARE_OF_FILES = 4;
    private static final int SHARE_OF_TOTAL = 8;

    /**
     * Checks the limits.
     *
     * @throws IllegalArgumentException if one of them is out of its range
     */
    public ConnectionLimits {
        long files = FileLimit.ofThisProcess();
        checkArgument(
                total >= 1 && total <= Math.max(1, files / 2),
                "total must be 1 to half of the %s files that this process may have open: %s",
                files,
                total);
        checkArgument(perSource >= 1 && perSource <= total, "perSource must be 1 to total, %s: %s", total, perSource);
        checkArgument(
                !requestDeadline.isZero() && !requestDeadline.isNegative(),
                "requestDeadline must be more than 0: %s",
                requestDeadline);
        checkArgument(!idle.isZero() && !idle.isNegative(), "idle must be more than 0: %s", idle);
    }

    /**
     * What suits this process: a quarter of the files that it may have open but at most 20,000, an eighth of that for one
     * source, 5 seconds for a request, and a minute between two.
     */
    public static ConnectionLimits defaults() {
        int total = (int) Math.max(1, Math.min(MOST_BY_DEFAULT, FileLimit.ofThisProcess() / SHARE_OF_FILES));
        return new ConnectionLimits(
                total, Math.max(1, total / SHARE_OF_TOTAL), ReportServer.REQUEST_DEADLINE, Duration.ofMinutes(1));
    }

    /** Returns these limits with another deadline for requests. */
    public ConnectionLimits withRequestDeadline(Duration most) {
        return new ConnectionLimits(total, perSource, most, idle);
    }
}
