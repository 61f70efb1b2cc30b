package io.vmha.libvirt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.vmha.adapter.VmClassifier;
import io.vmha.adapter.VmProfile;
import io.vmha.libvirt.DomainProfile.Machine;
import io.vmha.model.HostId;
import io.vmha.model.VmType;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;

/** Jazzer looks for definitions of domains that break who reads or clones them: {@code mvn -Pfull -pl ha-libvirt-adapter -am test}. */
@Tag("fuzz")
class DomainXmlFuzzTest {
    private static final HostId H1 = HostId.of("h1");
    private static final UUID OWN = new UUID(0x1111_1111_0000_4000L, 1);

    @FuzzTest(maxDuration = "1m")
    void aDefinitionIsReadOrRefusedAndItsCloneIsAnotherOne(byte[] bytes) {
        String text = new String(bytes, UTF_8);
        read(text);
        // Most of what can go wrong lies in a definition that is one.
        read("<domain><name>d</name><uuid>" + CloneKind.UUID + "</uuid>" + text + "</domain>");
    }

    private static void read(String xml) {
        DomainDescription domain;
        List<CloneXml.Disk> disks;
        try {
            domain = DomainDescription.read(H1, xml, DomainClassifier.of(VmClassifier.everyVmIs(VmType.DATABASE)));
            disks = CloneXml.disks(xml);
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).isNotNull();
            return;
        }
        assertThat(domain.memoryKiB()).isNotNegative();
        assertThat(domain.maxMemoryKiB()).isNotNegative();
        assertThat(domain.vcpus()).isPositive();
        assertThat(DomainDescription.allocation(domain.memoryKiB(), domain.vcpus())
                        .memoryMiB())
                .isNotNegative();
        domain.hasTpm();
        CloneRules.refusals(SecureXml.parse(xml).getDocumentElement());
        String clone = CloneXml.define(
                domain,
                "clone",
                "stem",
                OWN,
                Machine.of(VmProfile.ofType(VmType.DATABASE)),
                new CloneSize(65_536, 1),
                disks.stream()
                        .map(disk -> new CloneXml.Disk("/pool/copy", "qcow2", false))
                        .toList());
        DomainDescription own = DomainDescription.read(H1, clone, DomainClassifier.of(VmClassifier.unmanaged()));
        assertThat(own.uuid()).isEqualTo(OWN);
        assertThat(own.name()).isEqualTo("clone");
        assertThat(own.profile()).isEqualTo(Machine.of(VmProfile.ofType(VmType.DATABASE)));
        assertThat(CloneXml.disks(clone)).allMatch(disk -> disk.path().equals("/pool/copy"));
    }
}
