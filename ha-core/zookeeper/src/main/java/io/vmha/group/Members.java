package io.vmha.group;

import io.vmha.group.store.Change;
import io.vmha.group.store.CoordinationStore;
import io.vmha.group.store.StoreException;
import io.vmha.group.store.Stored;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What the instances of a group tell of themselves: each writes its own key from time to time, and is alive as long as others see that
 * change. Confined to its group's clock thread, but for what it returns.
 */
final class Members {
    private static final String MARK = "vmha-member 1";
    private static final int LINES = 4;

    private final CoordinationStore store;
    private final String folder;
    private final Instance me;
    private final Duration aliveFor;
    private final LongSupplier nanos;
    private final Map<String, Sight> seen = new HashMap<>();

    private record Sight(long version, long at) {}

    Members(CoordinationStore store, String site, Instance me, Duration aliveFor, LongSupplier nanos) {
        this.store = store;
        this.folder = site + "/members";
        this.me = me;
        this.aliveFor = aliveFor;
        this.nanos = nanos;
    }

    private String key(String name) {
        return folder + "/" + name;
    }

    /** Tells the others what this instance is at. */
    void tell(GroupHealth.Role role) {
        byte[] text = Change.text(String.join("\n", MARK, me.name(), me.address(), role.name()));
        Optional<Stored> before = store.read(key(me.name()));
        try {
            store.commit(List.of(before.map(stored -> Change.replace(key(me.name()), stored.version(), text))
                    .orElseGet(() -> Change.create(key(me.name()), text))));
        } catch (StoreException.Conflict other) {
            throw new StoreException.Refused(
                    "another instance of the group is called " + me.name() + " too: each must have a name of its own",
                    other);
        }
    }

    /** What is known of all instances. */
    List<GroupHealth.Member> look() {
        List<String> names = store.children(folder);
        Map<String, Stored> found = store.readAll(names.stream().map(this::key).toList());
        List<GroupHealth.Member> members = new ArrayList<>();
        long now = nanos.getAsLong();
        for (String name : names) {
            Stored stored = found.get(key(name));
            if (stored != null) {
                members.add(member(name, stored, now));
            }
        }
        return List.copyOf(members);
    }

    private GroupHealth.Member member(String name, Stored stored, long now) {
        Sight before = seen.get(name);
        if (before == null || before.version() != stored.version()) {
            before = new Sight(stored.version(), now);
            seen.put(name, before);
        }
        List<String> lines = List.of(stored.text().split("\n", -1));
        if (lines.size() != LINES || !lines.get(0).equals(MARK)) {
            throw new StoreException.Refused(key(name) + " holds no instance that this release can read", null);
        }
        Duration silentFor = Duration.ofNanos(now - before.at());
        try {
            return new GroupHealth.Member(
                    new Instance(lines.get(1), lines.get(2)),
                    GroupHealth.Role.valueOf(lines.get(3)),
                    silentFor,
                    silentFor.compareTo(aliveFor) <= 0 && !lines.get(3).equals(GroupHealth.Role.CLOSED.name()));
        } catch (IllegalArgumentException none) {
            throw new StoreException.Refused(key(name) + " holds no instance: " + none.getMessage(), none);
        }
    }
}
