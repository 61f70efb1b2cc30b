package io.vmha.adapter.haproxy;

import com.google.common.base.Splitter;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import java.util.List;

/**
 * What HAProxy says of a server.
 *
 * @param name its name
 * @param takesRequests whether it is in use: not in maintenance and not draining
 * @param weight its part of new sessions, 0 to 256
 */
record ServerState(String name, boolean takesRequests, int weight) {
    // The columns of "show servers state" (HAProxy's management guide, format version 1).
    private static final int NAME = 3;
    private static final int ADMIN_STATE = 6;
    private static final int USER_WEIGHT = 7;
    /** Maintenance that was set, inherited or follows from name resolution; draining that was set or inherited. */
    private static final int KEPT_OUT = 0x01 | 0x02 | 0x20 | 0x08 | 0x10;

    static ServerState parse(String line) {
        List<String> columns = Splitter.on(' ').omitEmptyStrings().splitToList(line);
        try {
            return new ServerState(
                    columns.get(NAME),
                    (Integer.parseInt(columns.get(ADMIN_STATE)) & KEPT_OUT) == 0,
                    Integer.parseInt(columns.get(USER_WEIGHT)));
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw new AdapterException.Permanent(
                    Cause.UNSUPPORTED, "HAProxy tells its servers' state in an unknown format: " + line, e);
        }
    }
}
