package io.vmha.vsphere;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.VmClassifier;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.VmType;
import io.vmha.vsphere.internal.vim.ManagedObject;
import io.vmha.vsphere.internal.vim.SoapAnswer;
import io.vmha.vsphere.internal.vim.UpdateStream;
import io.vmha.vsphere.internal.vim.XmlNode;
import java.util.List;

/** What holds of each answer that could be read: whoever uses it has a snapshot, or a refusal in harmless words. Stateless. */
final class ReadAnswer {
    private ReadAnswer() {}

    static void check(XmlNode body, List<ManagedObject> objects) {
        objects.forEach(object -> assertThat(object.ref().toString()).hasSizeLessThan(300));
        checkSnapshot(objects);
        UpdateStream.Updates updates = SoapAnswer.updates(body);
        WatchedObjects watched = new WatchedObjects(5_000);
        updates.objects().forEach(watched::merge);
        checkSnapshot(List.copyOf(watched.all()));
        assertThat(SoapAnswer.counters(body, "cpu.usage.average", 3, "2026-01-01T00:00:00Z")
                        .fold("cpu.usage.average", Math::max)
                        .orElse(0))
                .isNotNegative();
    }

    private static void checkSnapshot(List<ManagedObject> objects) {
        Snapshot snapshot;
        try {
            snapshot = SnapshotBuilder.build(
                    objects, VmClassifier.everyVmIs(VmType.DATABASE), cluster -> ClusterRole.PRIMARY, HostRoom.exact());
        } catch (AdapterException e) {
            assertHarmless(e);
            return;
        }
        for (Host host : snapshot.inventory().hosts()) {
            assertThat(snapshot.conditions()).containsKey(host.id());
            assertThat(host.capacity().cpuMillis()).isPositive();
        }
        assertThat(snapshot.inventory().vms()).allMatch(vm -> snapshot.vms().containsKey(vm.id()));
        assertThat(snapshot.vms()).hasSameSizeAs(snapshot.inventory().vms());
    }

    static void assertHarmless(Exception e) {
        assertThat(e.getMessage()).hasSizeLessThan(1_000).doesNotContainPattern("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]");
    }
}
