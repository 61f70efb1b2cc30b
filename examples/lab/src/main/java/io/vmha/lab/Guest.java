package io.vmha.lab;

import com.google.common.collect.ImmutableList;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.util.List;
import java.util.Optional;

/**
 * One of the twelve guests: two middleware and two database machines on each of three hosts, of which two are primary.
 *
 * @param name its name, such as mw11: the first machine of its type on host 1
 * @param host the number of the host that it belongs to, 1 to 3
 * @param number its number among those of its type there, 1 or 2
 * @param type what it is for
 */
record Guest(String name, int host, int number, VmType type) {
    private static final int HOSTS = 3;
    private static final int OF_EACH_TYPE = 2;
    private static final int PRIMARY_HOSTS = 2;

    /** All of them, in the order in which the lab's script places them on the hosts by turns. */
    static final ImmutableList<Guest> ALL = all();

    private static ImmutableList<Guest> all() {
        ImmutableList.Builder<Guest> guests = ImmutableList.builder();
        for (VmType type : List.of(VmType.MIDDLEWARE, VmType.DATABASE)) {
            for (int number = 1; number <= OF_EACH_TYPE; number++) {
                for (int host = 1; host <= HOSTS; host++) {
                    String prefix = type.equals(VmType.DATABASE) ? "db" : "mw";
                    guests.add(new Guest(prefix + host + number, host, number, type));
                }
            }
        }
        return guests.build();
    }

    static Guest named(String name) {
        return ALL.stream()
                .filter(guest -> guest.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no such guest: " + name));
    }

    /** The guest with that address on the lab's own network. */
    static Optional<Guest> at(String address) {
        return ALL.stream().filter(guest -> guest.address().equals(address)).findFirst();
    }

    VmId id() {
        return VmId.of(name);
    }

    HostId home() {
        return HostId.of("h" + host);
    }

    ClusterRole role() {
        return host <= PRIMARY_HOSTS ? ClusterRole.PRIMARY : ClusterRole.STANDBY;
    }

    boolean isDatabase() {
        return type.equals(VmType.DATABASE);
    }

    /** Its address on the lab's own network. */
    String address() {
        return "192.0.2." + (100 + 10 * host + number + (isDatabase() ? OF_EACH_TYPE : 0));
    }
}
