package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.VmProfile;
import io.vmha.model.HostId;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts as a host's room: one rule for what the inventory tells and for what is refused. Machines have 1 GiB here. */
class RoomTest {
    private static final HostId H1 = HostId.of("h1");

    @TempDir
    Path folder;

    private LibvirtAdapter adapter(TestNode node, long memoryMiB) {
        URI uri = node.size(64, 65_536).writeTo(folder);
        return LibvirtAdapter.builder()
                .host(LibvirtHost.builder()
                        .id(H1)
                        .uri(uri)
                        .capacity(Resources.of(64_000, memoryMiB))
                        .build())
                .build();
    }

    private static String metadata(DomainProfile profile) {
        return VmhaMetadata.format(profile);
    }

    private static String vm() {
        return VmhaMetadata.format(VmProfile.ofType(VmType.MIDDLEWARE));
    }

    @Test
    void whatRunsAndIsNoMachineTakesRoomAndWhatIsOffTakesNone() {
        String setAside = metadata(new DomainProfile.SetAside(VmId.of("old")));
        try (LibvirtAdapter adapter = adapter(
                new TestNode()
                        .running("stranger", "")
                        .off("asleep", "")
                        .running("aside-and-running", setAside)
                        .off("aside", setAside)
                        .running("mw1", vm()),
                8_192)) {
            assertThat(adapter.discover(call())
                            .toInventory()
                            .requireHost(H1)
                            .capacity()
                            .memoryMiB())
                    .isEqualTo(8_192 - 2 * 1_024);
        }
    }

    @Test
    void aMachineThatIsOffKeepsNoRoomFromOneThatIsStarted() {
        try (LibvirtAdapter adapter =
                adapter(new TestNode().off("failed", vm()).off("clone", vm()).running("mw1", vm()), 2_048)) {
            adapter.discover(call());
            assertThatCode(() -> adapter.powerOn(VmId.of("clone"), H1, call())).doesNotThrowAnyException();
            assertThatThrownBy(() -> adapter.powerOn(VmId.of("failed"), H1, call()))
                    .asInstanceOf(type(AdapterException.Permanent.class))
                    .returns(Cause.NO_CAPACITY, AdapterException::reason);
            adapter.powerOff(VmId.of("clone"), Duration.ZERO, call());
            assertThatCode(() -> adapter.powerOn(VmId.of("failed"), H1, call())).doesNotThrowAnyException();
        }
    }

    @Test
    void aCloneHasWhatTheMachineHadThatItReplacesAsFarAsTheTemplateGoes() {
        DomainDescription template = new DomainDescription(
                java.util.UUID.randomUUID(),
                "golden",
                DomainProfile.Unmanaged.INSTANCE,
                2_048 * 1_024L,
                4_096 * 1_024L,
                2,
                4,
                "",
                java.util.Optional.empty());
        assertThat(CloneSize.of(template, java.util.Optional.empty()).resources())
                .isEqualTo(Resources.of(2_000, 2_048));
        assertThat(size(template, Resources.of(1_000, 1_024))).isEqualTo(Resources.of(1_000, 1_024));
        assertThat(size(template, Resources.of(8_000, 9_999))).isEqualTo(Resources.of(4_000, 4_096));
    }

    private static Resources size(DomainDescription template, Resources had) {
        DomainStats stats = new DomainStats(
                template.uuid(),
                "old",
                DomainStats.SHUT_OFF,
                java.util.OptionalLong.empty(),
                java.util.OptionalLong.empty(),
                java.util.OptionalLong.empty());
        return CloneSize.of(template, java.util.Optional.of(new HostSnapshot.Entry(template, stats, had, 0)))
                .resources();
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(10));
    }
}
