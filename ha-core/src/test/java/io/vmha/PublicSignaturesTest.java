package io.vmha;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Public, as what it holds is to be seen as a user's sees a published type. */
public class PublicSignaturesTest {

    @ParameterizedTest
    @ValueSource(classes = {Returns.class, Takes.class, Holds.class, Component.class, Nested.class, Inherits.class})
    void aTypeOfGuavaIsFoundWhereverAUserSeesIt(Class<?> type) {
        assertThat(violations(PublicSignatures.SHOW_NO_GUAVA, type)).isNotEmpty();
    }

    @Test
    void whatAUserDoesNotSeeMayUseGuava() {
        assertThat(violations(PublicSignatures.SHOW_NO_GUAVA, Hides.class)).isEmpty();
    }

    @Test
    void aGeneratedClassIsFound() {
        assertThat(violations(PublicSignatures.SHOW_NO_GENERATED_CLASS, Generated.class))
                .singleElement()
                .asString()
                .contains("shown()", "ImmutableShown");
    }

    private static List<String> violations(ArchRule rule, Class<?> type) {
        return rule.evaluate(new ClassFileImporter().importClasses(type))
                .getFailureReport()
                .getDetails();
    }

    /** By a method. */
    public interface Returns {
        ImmutableList<String> names();
    }

    /** By a parameter. */
    public interface Takes {
        void names(ImmutableList<String> names);
    }

    /** By a field. */
    public static class Holds {
        protected final ImmutableList<String> names = ImmutableList.of();
    }

    /** By a component. */
    public record Component(ImmutableList<String> names) {}

    /** Within another type. */
    public interface Nested {
        Optional<ImmutableList<String>> names();
    }

    static class Base {
        public ImmutableList<String> names() {
            return ImmutableList.of();
        }
    }

    /** From a type that is not seen itself. */
    public static final class Inherits extends Base {}

    /** Only inside. */
    public static final class Hides {
        private final ImmutableList<String> names = ImmutableList.of();

        ImmutableList<String> known() {
            return names;
        }

        public List<String> names() {
            return known();
        }
    }

    static final class ImmutableShown {}

    /** By a method. */
    public static final class Generated {
        public Optional<ImmutableShown> shown() {
            return Optional.empty();
        }
    }
}
