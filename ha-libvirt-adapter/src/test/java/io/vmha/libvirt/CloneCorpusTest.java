package io.vmha.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.vmha.adapter.VmClassifier;
import io.vmha.adapter.VmProfile;
import io.vmha.libvirt.DomainProfile.Machine;
import io.vmha.model.HostId;
import io.vmha.model.VmType;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is right for clones of each kind of definition. */
class CloneCorpusTest {

    static Stream<CloneKind> refused() {
        return CloneKind.all().filter(kind -> kind.refusal().isPresent());
    }

    static Stream<CloneKind> made() {
        return CloneKind.all().filter(kind -> kind.refusal().isEmpty());
    }

    @Test
    void thereAreMoreThanFortyKinds() {
        assertThat(CloneKind.all()).hasSizeGreaterThanOrEqualTo(40);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatACloneWouldShareIsRefusedByName(CloneKind kind) {
        assertThat(refusals(kind.xml("/img")))
                .singleElement()
                .asString()
                .contains(kind.refusal().orElseThrow());
    }

    @ParameterizedTest
    @MethodSource("made")
    void whatOnlyOneCanHaveIsMadeAnew(CloneKind kind) {
        assertThat(refusals(kind.xml("/img"))).isEmpty();
        String first = clone(kind, "mw1", new UUID(0x1111_1111_0000_4000L, 1));
        String second = clone(kind, "mw2", new UUID(0x2222_2222_0000_4000L, 2));
        for (String clone : List.of(first, second)) {
            assertThat(clone).doesNotContain("tmpl.qcow2", CloneKind.UUID);
            kind.gone().forEach(text -> assertThat(clone).doesNotContain(text));
            kind.kept().forEach(text -> assertThat(clone).contains(text.replace("@FOLDER@", "/img")));
        }
        assertThat(first).isNotEqualTo(second);
        // A clone is a definition like any other: it can be cloned in turn.
        assertThat(refusals(first)).isEmpty();
    }

    private static ImmutableList<String> refusals(String xml) {
        return CloneRules.refusals(SecureXml.parse(xml).getDocumentElement());
    }

    private static String clone(CloneKind kind, String name, UUID uuid) {
        String xml = kind.xml("/img");
        List<CloneXml.Disk> disks = IntStream.range(0, CloneXml.disks(xml).size())
                .mapToObj(i -> new CloneXml.Disk("/pool/" + name + "-" + i, "qcow2", false))
                .toList();
        return CloneXml.define(
                DomainDescription.read(HostId.of("h1"), xml, DomainClassifier.of(VmClassifier.unmanaged())),
                name,
                name + "-stem",
                uuid,
                Machine.of(VmProfile.ofType(VmType.MIDDLEWARE)),
                new CloneSize(65_536, 1),
                disks);
    }
}
