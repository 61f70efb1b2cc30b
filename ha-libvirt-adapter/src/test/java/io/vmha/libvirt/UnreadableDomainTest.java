package io.vmha.libvirt;

import static io.vmha.libvirt.TestNode.vm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.VmClassifier;
import io.vmha.adapter.VmProfile;
import io.vmha.libvirt.DomainProfile.Machine;
import io.vmha.libvirt.HostSnapshot.Entry;
import io.vmha.model.HostId;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.libvirt.jna.DomainPointer;

/** One domain that cannot be read hides no other, and is not taken for absent. On libvirt's test driver. */
class UnreadableDomainTest {
    private static final HostId H1 = HostId.of("h1");

    @TempDir
    private Path folder;

    private final Set<String> refused = new HashSet<>();
    private final Set<String> garbled = new HashSet<>();
    private NativeConnection connection;

    @BeforeEach
    void connect() {
        URI uri = new TestNode()
                .size(8, 8_192)
                .running("db1", vm("DATABASE", ""))
                .running("mw1", vm("MIDDLEWARE", ""))
                .off("mw2", vm("MIDDLEWARE", ""))
                .writeTo(folder);
        connection = NativeConnection.open(uri, false);
    }

    @AfterEach
    void disconnect() {
        connection.close();
    }

    private String definition(DomainPointer domain, int flags) {
        String name = VirtExtras.INSTANCE.virDomainGetName(domain);
        if (refused.contains(name)) {
            throw new NativeException(new LibvirtError(LibvirtError.ACCESS_DENIED, "access denied"));
        }
        return garbled.contains(name) ? "<domain><memory" : NativeConnection.xml(domain, flags);
    }

    private HostDomains domains(VmClassifier classifier) {
        return new HostDomains(
                LibvirtHost.of(H1, URI.create("test:///x")), DomainClassifier.of(classifier), this::definition);
    }

    private static Entry entry(HostSnapshot snapshot, String name) {
        return snapshot.domains().stream()
                .filter(one -> one.stats().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aRefusedOrMalformedDefinitionHidesNoOtherDomainAndItsRoomCounts() {
        HostDomains domains = domains(VmClassifier.unmanaged());
        refused.add("db1");
        garbled.add("mw2");

        HostSnapshot read = domains.read(connection);

        assertThat(read.domains()).hasSize(3);
        assertThat(entry(read, "mw1").description().profile()).isInstanceOf(Machine.class);
        Entry hidden = entry(read, "db1");
        assertThat(hidden.allocation()).isEqualTo(Resources.of(2_000, 1_024));
        assertThat(hidden.isHeld()).isTrue();
        assertThat(hidden.description().isUnidentified()).isTrue();
        assertThat(read.mayHideAMachine()).isTrue();
        assertThatThrownBy(() -> hidden.description().xml())
                .isInstanceOf(AdapterException.Permanent.class)
                .hasMessageContaining("access denied");
    }

    @Test
    void whatWasReadBeforeSaysWhichMachineItIsAndItIsReadAgainOnceItCanBe() {
        HostDomains domains = domains(VmClassifier.unmanaged());
        Entry before = entry(domains.read(connection), "db1");
        refused.add("db1");
        domains.forget(before.stats().uuid());

        HostSnapshot read = domains.read(connection);
        assertThat(entry(read, "db1").description().profile())
                .isEqualTo(before.description().profile());
        assertThat(entry(read, "db1").description().unreadable()).isPresent();
        assertThat(read.mayHideAMachine()).isFalse();

        refused.clear();
        assertThat(entry(domains.read(connection), "db1").description()).isEqualTo(before.description());
    }

    @Test
    void aClassifierTellsByItsNameWhatItIs() {
        HostDomains domains = domains(VmClassifier.everyVmIs(VmType.DATABASE));
        refused.add("db1");

        assertThat(entry(domains.read(connection), "db1").description().profile())
                .isEqualTo(Machine.of(VmProfile.ofType(VmType.DATABASE)));
    }

    @Test
    void aHostThatFailsIsNoDomainThatCannotBeRead() {
        HostDomains domains = new HostDomains(
                LibvirtHost.of(H1, URI.create("test:///x")),
                DomainClassifier.of(VmClassifier.unmanaged()),
                (domain, flags) -> {
                    throw new NativeException(new LibvirtError(LibvirtError.RPC, "connection reset"));
                });

        assertThatThrownBy(() -> domains.read(connection)).isInstanceOf(NativeException.class);
    }

    @Test
    void aDomainWhoseNameNoVmCanHaveHidesNoOther() {
        URI uri = new TestNode()
                .running("left\u202eright", vm("DATABASE", ""))
                .running("db1", vm("DATABASE", ""))
                .writeTo(folder);
        try (LibvirtAdapter adapter = LibvirtAdapter.builder().host(H1, uri).build()) {
            PlatformSnapshot snapshot = adapter.discover(call());

            assertThat(snapshot.vms()).extracting(VirtualMachine::id).containsExactly(VmId.of("db1"));
            assertThat(snapshot.toInventory().requireHost(H1).capacity()).isEqualTo(Resources.of(14_000, 64_512));
        }
    }

    @Test
    void aClassifierThatThrowsHidesNothing() {
        URI uri = new TestNode()
                .running("stranger", "")
                .running("db1", vm("DATABASE", ""))
                .writeTo(folder);
        try (LibvirtAdapter adapter = LibvirtAdapter.builder()
                .host(H1, uri)
                .classifyBy(domain -> {
                    throw new IllegalStateException("no such table");
                })
                .build()) {
            assertThat(adapter.discover(call()).vms())
                    .extracting(VirtualMachine::id)
                    .containsExactly(VmId.of("db1"));
        }
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(10));
    }
}
