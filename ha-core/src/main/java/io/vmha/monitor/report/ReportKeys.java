package io.vmha.monitor.report;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableTable;
import com.google.common.collect.Multimap;
import io.vmha.model.VmId;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The keys that each virtual machine may sign with. Must be thread-safe and fast: it is asked for each message, forged ones
 * too.
 *
 * <p>A machine may have several keys. To change one without a gap: let this know the new key beside the old one, give the
 * machine the new one, then take the old one away.
 */
@FunctionalInterface
public interface ReportKeys {

    /** Returns the machine's own key of that id; empty where it has none. */
    Optional<ReportKey> find(VmId vm, String keyId);

    /**
     * Returns fixed keys. Immutable.
     *
     * @throws IllegalArgumentException if a machine has two keys of one id, or two machines have secrets that
     *     sign alike: the same one, or such as differ by zeros at their end only
     */
    static ReportKeys of(Multimap<VmId, ReportKey> keys) {
        ImmutableTable.Builder<VmId, String, ReportKey> table = ImmutableTable.builder();
        Map<ByteBuffer, VmId> owners = new HashMap<>();
        keys.forEach((vm, key) -> {
            VmId owner = owners.putIfAbsent(key.effectiveSecret(), vm);
            checkArgument(
                    owner == null || owner.equals(vm),
                    "%s of %s and a key of %s have secrets that sign alike: one could speak for the other",
                    key,
                    vm,
                    owner);
            table.put(vm, key.id(), key);
        });
        ImmutableTable<VmId, String, ReportKey> all = table.build();
        return (vm, keyId) -> Optional.ofNullable(all.get(vm, keyId));
    }
}
