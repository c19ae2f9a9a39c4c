namespace Mercure.Actors.Matching;

/// <summary>Reads the grammar of RFC 6570, section 2, from left to right; every method is false where the text breaks it.</summary>
internal ref struct TemplateParser(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private readonly List<TemplatePart> _parts = [];
    private int _at;

    public static bool TryParse(ReadOnlySpan<char> text, out TemplatePart[] parts)
    {
        var parser = new TemplateParser(text);
        var parses = parser.ReadTemplate();
        parts = parses ? [.. parser._parts] : [];
        return parses;
    }

    private bool ReadTemplate()
    {
        while (_at < _text.Length)
        {
            if (!(_text[_at] == '{' ? ReadExpression() : ReadLiteral()))
                return false;
        }

        return true;
    }

    /// <summary>Section 2.1. Runs inside ASCII and runs beyond it become separate parts: the latter match in two spellings.</summary>
    private bool ReadLiteral()
    {
        var start = _at;
        while (AsciiLiteralLength() is > 0 and var length)
            _at += length;
        if (_at > start)
            _parts.Add(new TemplatePart(start, _at - start, PartKind.Literal));

        start = _at;
        while (_at < _text.Length && UriCharacters.IriLength(_text, _at) is > 0 and var length)
            _at += length;
        if (_at > start)
            _parts.Add(new TemplatePart(start, _at - start, PartKind.IriLiteral));

        return _at == _text.Length || _text[_at] == '{' || AsciiLiteralLength() > 0;
    }

    private readonly int AsciiLiteralLength() => this switch
    {
        _ when _at == _text.Length => 0,
        _ when UriCharacters.IsAsciiLiteral(_text[_at]) => 1,
        _ => UriCharacters.IsTriplet(_text, _at) ? 3 : 0,
    };

    /// <summary><c>"{" [ operator ] variable-list "}"</c> (section 2.2)</summary>
    private bool ReadExpression()
    {
        _at++;
        if (_at < _text.Length && OperatorRules.TryFind(_text[_at], out var expressionOperator))
            _at++;
        else
            expressionOperator = ExpressionOperator.Simple;

        do
        {
            if (!ReadVariable(expressionOperator))
                return false;
        }
        while (TryRead(','));

        _parts[^1] = _parts[^1] with { IsLast = true };
        return TryRead('}');
    }

    /// <summary><c>varname [ modifier-level4 ]</c> (sections 2.3 and 2.4)</summary>
    private bool ReadVariable(ExpressionOperator expressionOperator)
    {
        var start = _at;
        if (!ReadName())
            return false;
        var part = new TemplatePart(start, _at - start, PartKind.Variable, expressionOperator);
        if (TryRead('*'))
        {
            part = part with { Modifier = Modifier.Explode };
        }
        else if (TryRead(':'))
        {
            if (!ReadMaxLength(out var maxLength))
                return false;
            part = part with { Modifier = Modifier.Prefix, MaxLength = maxLength };
        }

        _parts.Add(part);
        return true;
    }

    /// <summary><c>varchar *( ["."] varchar )</c></summary>
    private bool ReadName()
    {
        if (!ReadNameCharacter())
            return false;
        while (_at < _text.Length)
        {
            var dotted = TryRead('.');
            if (!ReadNameCharacter())
                return !dotted;
        }

        return true;
    }

    private bool ReadNameCharacter()
    {
        if (_at == _text.Length)
            return false;
        var length = char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_' ? 1 : UriCharacters.IsTriplet(_text, _at) ? 3 : 0;
        _at += length;
        return length > 0;
    }

    /// <summary><c>%x31-39 0*3DIGIT</c>: 1 to 9999 without a leading zero.</summary>
    private bool ReadMaxLength(out ushort maxLength)
    {
        maxLength = 0;
        var start = _at;
        while (_at < _text.Length && _at < start + 4 && char.IsAsciiDigit(_text[_at]))
            maxLength = (ushort)((maxLength * 10) + _text[_at++] - '0');
        return _at > start && _text[start] != '0';
    }

    private bool TryRead(char expected)
    {
        if (_at == _text.Length || _text[_at] != expected)
            return false;
        _at++;
        return true;
    }
}
