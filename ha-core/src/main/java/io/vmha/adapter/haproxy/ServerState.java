package io.vmha.adapter.haproxy;

import com.google.common.base.Splitter;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.internal.PeerText;
import java.util.List;
import java.util.Optional;

/**
 * What HAProxy says of a server. Immutable.
 *
 * @param name its name
 * @param isUp whether it runs, or starts: neither in maintenance nor found down by a check
 * @param admin why it is kept from requests, as bits
 * @param weight its part of new sessions, 0 to 256
 * @param hasAddress whether its name was resolved
 */
record ServerState(String name, boolean isUp, int admin, int weight, boolean hasAddress) {
    // The columns of "show servers state" (HAProxy's management guide, format version 1).
    private static final int NAME = 3;
    private static final int ADDRESS = 4;
    private static final int OPERATIONAL_STATE = 5;
    private static final int ADMIN_STATE = 6;
    private static final int USER_WEIGHT = 7;
    private static final String NO_ADDRESS = "-";

    private static final int STOPPED = 0;
    private static final int STOPPING = 3;

    private static final int SET_MAINTENANCE = 0x01;
    private static final int INHERITED_MAINTENANCE = 0x02;
    private static final int SET_DRAINING = 0x08;
    private static final int INHERITED_DRAINING = 0x10;
    private static final int UNRESOLVED = 0x20;
    private static final int KEPT_OUT =
            SET_MAINTENANCE | INHERITED_MAINTENANCE | SET_DRAINING | INHERITED_DRAINING | UNRESOLVED;

    /** Reads a line. */
    static ServerState parse(String line) {
        List<String> columns = Splitter.on(' ').omitEmptyStrings().splitToList(line);
        try {
            int operational = Integer.parseInt(columns.get(OPERATIONAL_STATE));
            return new ServerState(
                    columns.get(NAME),
                    operational > STOPPED && operational <= STOPPING,
                    Integer.parseInt(columns.get(ADMIN_STATE)),
                    Integer.parseInt(columns.get(USER_WEIGHT)),
                    !columns.get(ADDRESS).equals(NO_ADDRESS));
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw new AdapterException.Permanent(
                    Cause.UNSUPPORTED,
                    "HAProxy tells its servers' state in an unknown format: " + PeerText.quote(line));
        }
    }

    /** Whether it is in use, as far as people and its configuration decide that. */
    boolean takesRequests() {
        return (admin & KEPT_OUT) == 0;
    }

    /** Whether it is in maintenance because somebody set it so: this director, or an operator. */
    boolean isSetToMaintenance() {
        return (admin & SET_MAINTENANCE) != 0;
    }

    /** Why it would take no requests though it is set ready, and whether that may pass by itself; empty if it would. */
    Optional<AdapterException> obstacle(HaproxyServer server) {
        String path = server.path() + " for VM " + server.vm();
        if ((admin & (SET_DRAINING | INHERITED_DRAINING)) != 0) {
            // Never this director's doing.
            return Optional.of(new AdapterException.Permanent(
                    Cause.REFUSED, "HAProxy's server " + path + " is being drained by an operator"));
        }
        if ((admin & INHERITED_MAINTENANCE) != 0) {
            return Optional.of(new AdapterException.Permanent(
                    Cause.REFUSED, "HAProxy's server " + path + " is in maintenance with the one that it tracks"));
        }
        if ((admin & UNRESOLVED) != 0 || !hasAddress) {
            return Optional.of(new AdapterException.Transient(
                    Cause.UNREACHABLE, "HAProxy's server " + path + " has no address: its name is not resolved"));
        }
        return isUp || isSetToMaintenance()
                ? Optional.empty()
                : Optional.of(new AdapterException.Transient(
                        Cause.UNREACHABLE, "HAProxy's server " + path + " is down by its check"));
    }

    /** Whether requests that are sent to it are served by it. */
    boolean serves() {
        return takesRequests() && isUp && hasAddress && weight > 0;
    }
}
