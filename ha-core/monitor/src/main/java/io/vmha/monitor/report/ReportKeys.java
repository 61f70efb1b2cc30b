package io.vmha.monitor.report;

import static io.vmha.monitor.internal.Checks.checkArgument;

import java.nio.ByteBuffer;
import java.util.Collection;
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
    Optional<ReportKey> find(VmName vm, String keyId);

    /**
     * Returns fixed keys. Immutable.
     *
     * @throws IllegalArgumentException if a machine has two keys of one id, or two machines have secrets that
     *     sign alike: the same one, or such as differ by zeros at their end only
     */
    static ReportKeys of(Map<VmName, ? extends Collection<ReportKey>> keys) {
        Map<VmName, Map<String, ReportKey>> byId = new HashMap<>();
        Map<ByteBuffer, VmName> owners = new HashMap<>();
        keys.forEach((vm, ofVm) -> ofVm.forEach(key -> {
            VmName owner = owners.putIfAbsent(key.effectiveSecret(), vm);
            checkArgument(
                    owner == null || owner.equals(vm),
                    "%s of %s and a key of %s have secrets that sign alike: one could speak for the other",
                    key,
                    vm,
                    owner);
            ReportKey other = byId.computeIfAbsent(vm, none -> new HashMap<>()).put(key.id(), key);
            checkArgument(other == null, "%s has two keys of one id: %s", vm, key);
        }));
        return (vm, keyId) ->
                Optional.ofNullable(byId.getOrDefault(vm, Map.of()).get(keyId));
    }
}
