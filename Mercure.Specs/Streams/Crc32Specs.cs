using FsCheck.Xunit;
using Mercure.Http.Streams;
using Xunit;

namespace Mercure.Specs.Streams;

public sealed class Crc32Specs
{
    [Fact]
    public void Should_have_the_check_value_of_the_polynomial() => Assert.Equal(0xCBF43926, Crc32.Of("123456789"u8));

    [Property(MaxTest = 500)]
    public bool Should_be_that_of_the_whole_when_parts_are_combined(byte[] first, byte[] second) =>
        Crc32.Combine(Crc32.Of(first), Crc32.Of(second), Crc32.Shift(second.Length)) == Crc32.Of([.. first, .. second]);

    [Property(MaxTest = 500)]
    public bool Should_shift_by_a_sum_as_by_its_parts(ushort first, ushort second) =>
        Crc32.Multiply(Crc32.Shift(first), Crc32.Shift(second)) == Crc32.Shift(first + second);

    [Property(MaxTest = 1000)]
    public bool Should_multiply_the_same_with_and_without_the_instruction(uint left, uint right) =>
        Crc32.Multiply(left, right) == Crc32.MultiplyBitwise(left, right);
}
